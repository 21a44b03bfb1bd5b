#!/bin/sh
# Install the system packages that are missing, when root on Debian or a relative; else name them in one sentence.
#
#   packaging/system_packages.sh run|test
#
# Never fails: without them all works but the sound, the window or the tests that need one.
set -u

# package:proof, where the proof is a library's file name or a program
sound="libportaudio2:libportaudio.so.2"
window="libegl1:libEGL.so.1 libgl1:libGL.so.1 libdbus-1-3:libdbus-1.so.3 libfontconfig1:libfontconfig.so.1
    libfreetype6:libfreetype.so.6 libglib2.0-0:libglib-2.0.so.0 libx11-xcb1:libX11-xcb.so.1
    libwayland-cursor0:libwayland-cursor.so.0 libxkbcommon0:libxkbcommon.so.0 libxkbcommon-x11-0:libxkbcommon-x11.so.0
    libxcb-cursor0:libxcb-cursor.so.0 libxcb-icccm4:libxcb-icccm.so.4 libxcb-image0:libxcb-image.so.0
    libxcb-keysyms1:libxcb-keysyms.so.1 libxcb-randr0:libxcb-randr.so.0 libxcb-render-util0:libxcb-render-util.so.0
    libxcb-shape0:libxcb-shape.so.0 libxcb-shm0:libxcb-shm.so.0 libxcb-sync1:libxcb-sync.so.1
    libxcb-xfixes0:libxcb-xfixes.so.0 libxcb-xkb1:libxcb-xkb.so.1"
screen="xvfb:Xvfb xauth:xauth xdotool:xdotool"

case "${1:-}" in
    run) wanted="$sound $window" ;;
    test) wanted="$sound $window $screen" ;;
    *) echo "usage: packaging/system_packages.sh run|test" >&2; exit 2 ;;
esac

is_there() {
    case "$1" in
        *.so.*) printf '%s\n' "$libraries" | grep -qF "$1" ;;
        *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

# Prints the packages of $wanted whose proof is absent.
missing() {
    libraries=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null) || return 0
    for each in $wanted; do
        is_there "${each#*:}" || printf '%s ' "${each%%:*}"
    done
}

packages=$(missing)
packages=${packages% }
[ -z "$packages" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing missing system packages: $packages"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 -- one word per package
    { apt-get update -qq; apt-get install -y -qq --no-install-recommends $packages; } >/dev/null 2>&1
    packages=$(missing)
    packages=${packages% }
    [ -z "$packages" ] && exit 0
fi
if command -v apt-get >/dev/null 2>&1; then
    echo "Sound or the window may not work until root runs: apt-get install --no-install-recommends $packages" >&2
else
    echo "Sound or the window may not work until you install what Debian calls: $packages" >&2
fi
exit 0
