"""One message at a time, above the work and never in front of it."""

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QWidget

from tagstudio.domain.errors import TagStudioError
from tagstudio.gui.widgets.parts import button, plain_label, restyle, side_by_side, stacked

NEWS_MS = 8000


class MessageBar(QFrame):
    """Shows what happened and what to do; failures stay until dismissed, news goes by itself."""

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBar")
        self.setAccessibleName("Message")
        self._what = plain_label(wraps=True, role="strong")
        self._advice = plain_label(wraps=True)
        self._action = button("", self._run_action)
        self._close = button("✕", self.dismiss, name="Dismiss the message", tip="Dismiss", role="flat")
        self._act: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(NEWS_MS)
        self._timer.timeout.connect(self.dismiss)
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
        """Show a failure until it is dismissed or another message replaces it."""
        self._show(what, advice, is_failure=True)

    def show_error(self, error: TagStudioError) -> None:
        """Show a failure with its advice."""
        self.show_failure(error.what, error.advice)

    def show_news(self, what: str, advice: str = "") -> None:
        """Show something good to know for a few seconds; never over a failure that nobody has dismissed."""
        if self.isHidden() or self.property("kind") == "news":
            self._show(what, advice, is_failure=False)
            self._timer.start()

    def offer(self, title: str, act: Callable[[], None]) -> None:
        """Put a button beside the message that is shown."""
        self._act = act
        self._action.setText(title)
        self._action.setAccessibleName(title)
        self._action.show()

    def dismiss(self) -> None:
        """Take the message away."""
        self._timer.stop()
        self._act = None
        self.hide()
        self.dismissed.emit()

    def _show(self, what: str, advice: str, *, is_failure: bool) -> None:
        self._timer.stop()
        self._act = None
        self._action.hide()
        self._what.setText(what)
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))
        self.setAccessibleDescription(f"{what} {advice}")
        self.setProperty("kind", "failure" if is_failure else "news")
        restyle(self)
        self.show()

    def _run_action(self) -> None:
        act = self._act
        self.dismiss()
        if act:
            act()
