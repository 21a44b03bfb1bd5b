"""Sound in and out: decoding, framing, spectrograms, playback. No torch, no Qt."""
