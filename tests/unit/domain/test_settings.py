"""Settings: limits hold, only differences are written, damage is explained."""

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.settings import Settings, load_settings, save_settings


def _values(each):
    if isinstance(each.default, str):
        return st.text(max_size=30)
    if isinstance(each.default, bool):
        return st.booleans()
    low, high = each.metadata["low"], each.metadata["high"]
    return st.integers(low, high) if isinstance(each.default, int) else st.floats(low, high)


usable = st.fixed_dictionaries({each.name: _values(each) for each in fields(Settings)}).map(lambda kw: Settings(**kw))


@given(settings=usable)
def test_what_is_saved_is_what_is_loaded(tmp_path_factory, settings):
    file = tmp_path_factory.mktemp("settings") / "deep" / "settings.json"
    save_settings(file, settings)
    assert load_settings(file) == settings
    assert set(json.loads(file.read_text())) == {
        each.name for each in fields(Settings) if getattr(settings, each.name) != each.default
    }
    assert [each.name for each in file.parent.iterdir()] == ["settings.json"]


def test_without_a_file_the_defaults_hold(tmp_path):
    assert load_settings(tmp_path / "none.json") == Settings()


def test_a_setting_of_another_version_is_ignored(tmp_path):
    file = tmp_path / "settings.json"
    file.write_text('{"workers": 3, "from_the_future": 1}')
    assert load_settings(file) == replace(Settings(), workers=3)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", "7", '"x"', '{"workers": 0}', '{"workers": "2"}', '{"workers": 2.5}', '{"workers": true}',
     '{"volume": NaN}', '{"volume": 2}', '{"workers": null}'],
)  # fmt: skip
def test_damaged_settings_are_explained(tmp_path, text):
    file = tmp_path / "settings.json"
    file.write_text(text)
    with pytest.raises(TagStudioError, match="settings in") as caught:
        load_settings(file)
    assert caught.value.advice


def test_settings_that_are_not_text_or_not_a_file_are_explained(tmp_path):
    (tmp_path / "settings.json").write_bytes(b"\xff\xfe\x00")
    for file in (tmp_path / "settings.json", tmp_path):
        with pytest.raises(TagStudioError, match="settings in"):
            load_settings(file)


@pytest.mark.parametrize("each", fields(Settings), ids=lambda each: each.name)
def test_every_setting_has_a_title_and_limits_that_hold(each):
    assert each.metadata["title"]
    if isinstance(each.default, bool | str):
        kind = "a text" if isinstance(each.default, str) else "true or false"
        with pytest.raises(ValueError, match=f"{each.name} must be {kind}"):
            replace(Settings(), **{each.name: 1})
        return
    for beyond in (each.metadata["low"] - 1, each.metadata["high"] + 1):
        with pytest.raises(ValueError, match=f"{each.name} must be between"):
            replace(Settings(), **{each.name: beyond})
