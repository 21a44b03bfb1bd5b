"""How the window looks: two palettes of named colours, distances, fonts, and how they reach Qt."""

import os
from dataclasses import dataclass, fields
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QWidget

Scheme = Literal["system", "light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("system", "light", "dark")
SCHEME_VARIABLE = "TAGSTUDIO_SCHEME"

HAIR_PX, GAP_PX, PAD_PX, SECTION_PX = 4, 8, 12, 20
RADIUS_PX = 4
SMALL = 0.88


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """The named colours of one scheme, as ``#rrggbb``.

    Every text colour keeps a contrast of at least 4.5 on ``window``, ``surface`` and ``raised``; ``line_strong``, which
    draws the borders of controls, and ``focus`` keep at least 3 (WCAG 2.2, criteria 1.4.3 and 1.4.11).
    """

    is_dark: bool
    window: str
    surface: str
    raised: str
    line: str
    line_strong: str
    text: str
    muted: str
    accent: str
    on_accent: str
    focus: str
    yes: str
    no: str
    unsure: str
    wave: str
    cursor: str
    cursor_edge: str
    hatch: str


DARK = Colours(
    is_dark=True,
    window="#14161b",
    surface="#1b1e25",
    raised="#262a33",
    line="#333844",
    line_strong="#717a8c",
    text="#e9ebf1",
    muted="#a9b0be",
    accent="#7db8ff",
    on_accent="#071a30",
    focus="#9fcbff",
    yes="#74d69b",
    no="#ff968c",
    unsure="#eec35a",
    wave="#74a9de",
    cursor="#ffffff",
    cursor_edge="#14161b",
    hatch="#3d4350",
)
LIGHT = Colours(
    is_dark=False,
    window="#f2f3f6",
    surface="#ffffff",
    raised="#e8eaef",
    line="#d3d7df",
    line_strong="#7d8595",
    text="#1a1d24",
    muted="#535b6a",
    accent="#0a5cb0",
    on_accent="#ffffff",
    focus="#0a5cb0",
    yes="#0f6936",
    no="#ad2018",
    unsure="#735000",
    wave="#3a76b5",
    cursor="#b00035",
    cursor_edge="#ffffff",
    hatch="#cfd4dd",
)


def scheme_wanted(argument: str | None = None) -> Scheme:
    """Return the scheme that was asked for: the argument, else ``$TAGSTUDIO_SCHEME``, else the system's."""
    named = argument or os.environ.get(SCHEME_VARIABLE, "")
    return next((scheme for scheme in SCHEMES if scheme == named), "system")


def apply(app: QApplication, scheme: Scheme = "system") -> Colours:
    """Dress the whole application; ``system`` goes on following the desktop when that changes.

    Widgets that paint themselves ask ``current()`` while painting and hear of a change as ``PaletteChange``.
    """
    hints = app.styleHints()
    wanted = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark, "system": Qt.ColorScheme.Unknown}[scheme]
    _follow(app, scheme)
    hints.setColorScheme(wanted)
    is_dark = scheme == "dark" or (scheme == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
    return _dress(app, DARK if is_dark else LIGHT)


def current() -> Colours:
    """Return the colours in force."""
    return DARK if QApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def colour(name: str, alpha: float = 1.0) -> QColor:
    """Return a named colour of the scheme in force, e.g. ``colour("accent", 0.2)``."""
    found = QColor(getattr(current(), name))
    found.setAlphaF(alpha)
    return found


def small_font(widget: QWidget, *, bold: bool = False) -> QFont:
    """Return the widget's font a little smaller, with digits of one width."""
    font = QFont(widget.font())
    font.setPointSizeF(max(7.0, font.pointSizeF() * SMALL))
    font.setBold(bold)
    return tabular(font)


def tabular(font: QFont) -> QFont:
    """Return the font with digits of one width, so that counting numbers do not jitter."""
    font = QFont(font)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21.

    References
    ----------
    W3C (2023), Web Content Accessibility Guidelines 2.2, "contrast ratio".
    """
    bright, dark = sorted((_luminance(QColor(first)), _luminance(QColor(second))), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())


class _Follower:
    """Dresses the application again when the desktop's scheme changes; at most one is connected."""

    def __init__(self, app: QApplication) -> None:
        self.app = app

    def __call__(self, scheme: Qt.ColorScheme) -> None:
        _dress(self.app, DARK if scheme == Qt.ColorScheme.Dark else LIGHT)


_followers: list[_Follower] = []


def _follow(app: QApplication, scheme: Scheme) -> None:
    while _followers:
        app.styleHints().colorSchemeChanged.disconnect(_followers.pop())
    if scheme == "system":
        _followers.append(_Follower(app))
        app.styleHints().colorSchemeChanged.connect(_followers[-1])


def _dress(app: QApplication, colours: Colours) -> Colours:
    app.setStyle("Fusion")
    app.setPalette(_palette(colours))
    app.setStyleSheet(_style_sheet(colours))
    return colours


def _palette(colours: Colours) -> QPalette:
    role, palette = QPalette.ColorRole, QPalette()
    roles = {
        role.Window: colours.window,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.AlternateBase: colours.window,
        role.Text: colours.text,
        role.PlaceholderText: colours.muted,
        role.Button: colours.raised,
        role.ButtonText: colours.text,
        role.BrightText: colours.no,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Accent: colours.accent,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.Light: colours.raised,
        role.Midlight: colours.raised,
        role.Mid: colours.line,
        role.Dark: colours.line,
        role.Shadow: colours.line,
    }
    for each, value in roles.items():
        palette.setColor(each, QColor(value))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(colours.line_strong))
    return palette


def _style_sheet(colours: Colours) -> str:
    text = _SHEET
    for field in fields(colours):
        text = text.replace(f"@{field.name}@", str(getattr(colours, field.name)))
    return text.replace("@radius@", f"{RADIUS_PX}px")


_SHEET = """
QToolTip { color: @text@; background: @raised@; border: 1px solid @line_strong@; padding: 4px; }
QPushButton, QToolButton {
    color: @text@; background: @raised@; border: 1px solid @line_strong@; border-radius: @radius@; padding: 4px 10px;
}
QToolButton { padding: 4px; }
QPushButton:hover, QToolButton:hover { border-color: @accent@; }
QPushButton:pressed, QToolButton:pressed, QPushButton:checked, QToolButton:checked {
    color: @on_accent@; background: @accent@; border-color: @accent@;
}
QPushButton:default { color: @on_accent@; background: @accent@; border-color: @accent@; }
QPushButton:disabled, QToolButton:disabled { color: @line_strong@; background: transparent; border-color: @line@; }
QPushButton:focus, QToolButton:focus { border: 2px solid @focus@; padding: 3px 9px; }
QToolButton:focus { padding: 3px; }
QPushButton:default:focus { border-color: @text@; }
QLineEdit, QComboBox, QSpinBox {
    color: @text@; background: @surface@; border: 1px solid @line_strong@; border-radius: @radius@; padding: 4px 6px;
    selection-color: @on_accent@; selection-background-color: @accent@;
}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus { border: 2px solid @focus@; padding: 3px 5px; }
QComboBox::drop-down { border: none; width: 22px; }
QCheckBox:focus, QRadioButton:focus { color: @focus@; text-decoration: underline; }
QAbstractItemView {
    background: @surface@; color: @text@; border: 1px solid @line@; gridline-color: @line@;
    selection-color: @on_accent@; selection-background-color: @accent@; outline: none;
}
QAbstractItemView:focus { border: 1px solid @focus@; }
QHeaderView::section {
    color: @muted@; background: @window@; border: none; border-bottom: 1px solid @line@; padding: 4px 6px;
}
QTabWidget::pane { border: 1px solid @line@; }
QTabBar::tab { color: @muted@; background: transparent; border: none; border-bottom: 2px solid transparent; }
QTabBar::tab { padding: 6px 12px; }
QTabBar::tab:selected { color: @text@; border-bottom-color: @accent@; }
QTabBar::tab:hover { color: @text@; }
QTabBar:focus { text-decoration: underline; }
QProgressBar {
    color: @text@; background: @raised@; border: 1px solid @line@; border-radius: @radius@; text-align: center;
}
QProgressBar::chunk { background: @line_strong@; border-radius: @radius@; }
QSplitter::handle { background: @window@; }
QSplitter::handle:hover { background: @accent@; }
QScrollBar { background: @window@; border: none; }
QScrollBar:horizontal { height: 12px; }
QScrollBar:vertical { width: 12px; }
QScrollBar::handle { background: @line_strong@; border-radius: 4px; margin: 2px; min-width: 24px; min-height: 24px; }
QScrollBar::handle:hover, QScrollBar::handle:focus { background: @accent@; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSlider::groove:horizontal { height: 4px; background: @line_strong@; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @accent@; border-radius: 2px; }
QSlider::handle:horizontal {
    width: 12px; height: 12px; margin: -5px 0; border-radius: 7px; background: @text@; border: 1px solid @surface@;
}
QSlider::handle:horizontal:focus { background: @focus@; border: 2px solid @text@; }
QMenuBar { background: @window@; color: @text@; }
QMenuBar::item:selected { background: @raised@; }
QMenu { background: @surface@; color: @text@; border: 1px solid @line_strong@; }
QMenu::item:selected { background: @accent@; color: @on_accent@; }
QMenu::item:disabled { color: @line_strong@; }
"""
