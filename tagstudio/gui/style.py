"""The looks of the window's own parts, in the palette's colours, so that they follow the scheme."""

SHEET = """
QLabel[role~="strong"], QLabel[role~="heading"] { font-weight: 600; }
QLabel[role~="muted"] { color: palette(placeholder-text); }
QLabel[role~="failure"] { color: palette(bright-text); }
QLabel[role~="small"], QLabel[role~="mark"] { font-size: 11px; }
QLabel[role~="title"] { font-size: 20px; font-weight: 600; }

#messageBar {
    background: palette(button); border-bottom: 1px solid palette(mid); border-left: 4px solid palette(bright-text);
}
#banner { background: palette(base); border-bottom: 1px solid palette(mid); border-left: 4px solid palette(highlight); }
#navigation { background: palette(window); border-right: 1px solid palette(mid); }
#questionCard { background: palette(base); border: 1px solid palette(mid); border-radius: 6px; }

QPushButton[role="flat"] { background: transparent; border-color: transparent; }
QPushButton[role="flat"]:hover, QPushButton[role="flat"]:focus { border-color: palette(highlight); }
QPushButton[role="primary"] {
    background: palette(highlight); color: palette(highlighted-text); border-color: palette(highlight);
}
QPushButton[role="primary"]:focus { border-color: palette(window-text); }
QPushButton[role="primary"]:disabled {
    background: palette(button); color: palette(placeholder-text); border-color: palette(mid);
}
QRadioButton::indicator, QCheckBox::indicator {
    width: 12px; height: 12px; border: 1px solid palette(placeholder-text); background: palette(base);
}
QRadioButton::indicator { border-radius: 7px; }
QRadioButton::indicator:checked, QCheckBox::indicator:checked {
    width: 6px; height: 6px; border: 4px solid palette(highlight); background: palette(base);
}
QRadioButton::indicator:disabled, QCheckBox::indicator:disabled { border-color: palette(mid); }
#completions { border: 1px solid palette(placeholder-text); }
#completions::item, #facets::item { padding: 2px 4px; }
QPushButton[role="place"] { text-align: left; padding: 8px 10px; background: transparent; border-color: transparent; }
QPushButton[role="place"]:checked {
    background: palette(button); color: palette(button-text); border-color: transparent; font-weight: 600;
    border-left: 3px solid palette(highlight);
}
QPushButton[role="place"]:focus { border-color: palette(highlight); }
QPushButton[role="verdict"] { padding: 0; }
QPushButton[role="verdict"]:focus { padding: 0; }
QLabel[role="mark"] { color: palette(window-text); font-weight: 600; }
QLabel[role="mark"][verdict="failed"] { color: palette(bright-text); }
QPushButton[role="answer"] { font-size: 14px; font-weight: 600; }

QFrame[isRow="true"] { border: 1px solid transparent; border-radius: 4px; }
QFrame[isRow="true"][isChosen="true"] { background: palette(button); border-color: palette(mid); }
QFrame[isRow="true"]:focus { border-color: palette(highlight); }
"""
