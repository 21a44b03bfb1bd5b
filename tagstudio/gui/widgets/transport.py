"""The transport: play and pause, steps, position, volume, and whether to listen to all of the track."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QSlider, QToolButton, QWidget

from tagstudio.gui import theme
from tagstudio.gui.widgets.icons import icon
from tagstudio.gui.widgets.time_axis import clock_text

STEP_S = 5.0


class Transport(QWidget):
    """Buttons only ask; what they show is set from outside."""

    play_toggled = Signal()
    skip_wanted = Signal(float)
    volume_chosen = Signal(float)
    listening_toggled = Signal()
    follow_chosen = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.play = _tool("Play", "Space", "play")
        self.back = _tool("5 seconds back", ",", "back")
        self.ahead = _tool("5 seconds ahead", ".", "ahead")
        self.position = QLabel()
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self.follow = QCheckBox("Follow")
        self.state = QLabel()
        self.listen = QPushButton()
        self._set_up()
        self._connect()
        self.set_position(0.0, 0.0)
        self.set_listening("", "", is_possible=False)

    def set_playing(self, is_playing: bool) -> None:
        """Show that the track plays, or does not."""
        name = "Pause" if is_playing else "Play"
        self.play.setIcon(icon(name.lower()))
        self.play.setAccessibleName(name)
        self.play.setToolTip(f"{name} (Space)")

    def set_position(self, second: float, duration_s: float) -> None:
        """Write where playback is, and how long the track is."""
        text = f"{clock_text(second, decimals=3)} / {clock_text(duration_s)}" if duration_s else "–:–– / –:––"
        self.position.setText(text)

    def set_listening(self, state: str, action: str, *, is_possible: bool) -> None:
        """Write how much of the track the networks have heard, and what the button does about it."""
        self.state.setText(state)
        self.listen.setText(action or "Listen to all of it")
        self.listen.setEnabled(is_possible)
        self.listen.setVisible(bool(action))

    def set_usable(self, is_usable: bool) -> None:
        """Switch the transport on while there is a track."""
        for widget in (self.play, self.back, self.ahead):
            widget.setEnabled(is_usable)

    def _set_up(self) -> None:
        self.position.setFont(theme.tabular(self.position.font()))
        self.position.setTextFormat(Qt.TextFormat.PlainText)
        self.position.setAccessibleName("Position and length")
        widest = self.position.fontMetrics().horizontalAdvance("00:00.000 / 00:00")
        self.position.setMinimumWidth(widest)
        self.volume.setRange(0, 100)
        self.volume.setFixedWidth(96)
        self.volume.setAccessibleName("Volume")
        self.volume.setToolTip("Volume")
        self.follow.setChecked(True)
        self.follow.setToolTip("Turn the page when playback leaves the view")
        self.follow.setAccessibleName("Follow playback")
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.listen.setToolTip("Let the networks hear every second of this track, so that no gap is left")
        loud = QLabel()
        loud.setPixmap(icon("loud").pixmap(QSize(16, 16)))
        self._loud = loud
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.PAD_PX, theme.HAIR_PX, theme.PAD_PX, theme.HAIR_PX)
        row.setSpacing(theme.HAIR_PX)
        for widget in (self.back, self.play, self.ahead):
            row.addWidget(widget)
        row.addSpacing(theme.GAP_PX)
        row.addWidget(self.position)
        row.addSpacing(theme.PAD_PX)
        row.addWidget(loud)
        row.addWidget(self.volume)
        row.addSpacing(theme.PAD_PX)
        row.addWidget(self.follow)
        row.addWidget(self.state, 1)
        row.addSpacing(theme.GAP_PX)
        row.addWidget(self.listen)

    def _connect(self) -> None:
        self.play.clicked.connect(lambda: self.play_toggled.emit())
        self.back.clicked.connect(lambda: self.skip_wanted.emit(-STEP_S))
        self.ahead.clicked.connect(lambda: self.skip_wanted.emit(STEP_S))
        self.volume.valueChanged.connect(lambda value: self.volume_chosen.emit(value / 100))
        self.follow.toggled.connect(self.follow_chosen)
        self.listen.clicked.connect(lambda: self.listening_toggled.emit())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_loud"):
            self._loud.setPixmap(icon("loud").pixmap(QSize(16, 16)))
        super().changeEvent(event)


def _tool(name: str, key: str, picture: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(picture))
    button.setIconSize(QSize(16, 16))
    button.setAccessibleName(name)
    button.setToolTip(f"{name} ({key})")
    return button
