"""What went wrong, above the work and never in front of it; what went well, in passing."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.tracks import shown
from tagstudio.gui.tips import plain_tip
from tagstudio.gui.widgets.parts import announce, button, plain_label, side_by_side, stacked

NEWS_MS = 8000
NEWS_PX = 560


class MessageBar(QFrame):
    """Shows what went wrong and what to do, until it is dismissed or something else goes wrong."""

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBar")
        self.setAccessibleName("Message")
        self._what = plain_label(wraps=True, role="strong")
        self._advice = plain_label(wraps=True)
        self._action = button("", self._run_action)
        self._close = button("✕", self.dismiss, name="Dismiss the message", tip="Dismiss", role="flat")
        self._act: Callable[[], object] | None = None
        texts = stacked(self._what, self._advice, spacing=2)
        row = side_by_side(texts, self._action, self._close, margin=6)
        row.setStretchFactor(texts, 1)
        row.setContentsMargins(12, 6, 6, 6)
        self.setLayout(row)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown now; empty when nothing is."""
        return "" if self.isHidden() else f"{self._what.text()} {self._advice.text()}".strip()

    def show_failure(self, what: str, advice: str = "") -> None:
        """Show a failure."""
        self._act = None
        self._action.hide()
        self._what.setText(what)
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))
        self.setAccessibleDescription(f"{what} {advice}")
        self.show()
        announce(self, f"{what} {advice}")

    def show_error(self, error: TagStudioError) -> None:
        """Show a failure with its advice."""
        self.show_failure(error.what, error.advice)

    def offer(self, title: str, act: Callable[[], object]) -> None:
        """Put a button beside the message that is shown."""
        self._act = act
        self._action.setText(title)
        self._action.setAccessibleName(title)
        self._action.show()

    def dismiss(self) -> None:
        """Take the message away."""
        self._act = None
        self.hide()
        self.dismissed.emit()

    def _run_action(self) -> None:
        act = self._act
        self.dismiss()
        if act:
            act()


class NewsLine(QLabel):
    """Tells in one line what was done, for a few seconds, where it moves nothing else."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setContentsMargins(12, 0, 12, 0)
        self.setAccessibleName("News")
        self.setFixedWidth(NEWS_PX)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(NEWS_MS)
        self._timer.timeout.connect(self.clear)

    def tell(self, what: str, more: str = "") -> None:
        """Show a line until it is read or replaced."""
        text = shown(f"{what} {more}".strip())
        self.setText(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, NEWS_PX - 24))
        self.setToolTip(plain_tip(text))
        self._timer.start()
        announce(self, text)
