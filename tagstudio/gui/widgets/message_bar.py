"""What went wrong, above the work and never in front of it; what went well, in passing."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.tracks import shown
from tagstudio.gui.tips import plain_tip
from tagstudio.gui.widgets.parts import announce, button, plain_label, side_by_side, stacked

NEWS_MS = 8000
NEWS_PX = 560


@dataclass(frozen=True, slots=True)
class _Offer:
    what: str
    advice: str
    title: str
    act: Callable[[], object]


class MessageBar(QFrame):
    """Shows what went wrong and what to do, until it is dismissed or something else goes wrong.

    A message with a button is never lost: it comes back once what was said after it is dismissed.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBar")
        self.setAccessibleName("Message")
        self._what = plain_label(wraps=True, role="strong")
        self._advice = plain_label(wraps=True)
        self._action = button("", self._run_action)
        self._close = button("✕", self.dismiss, name="Dismiss the message", tip="Dismiss", role="flat")
        self._offer: _Offer | None = None
        self._waiting: list[_Offer] = []
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
        if self._offer is not None:
            self._waiting.append(self._offer)
        self._show(what, advice)

    def show_error(self, error: TagStudioError) -> None:
        """Show a failure with its advice."""
        self.show_failure(error.what, error.advice)

    def offer(self, title: str, act: Callable[[], object]) -> None:
        """Put a button beside the message that is shown; an older offer to do the same gives way."""
        self._waiting = [each for each in self._waiting if each.act != act]
        self._show_offer(_Offer(self._what.text(), self._advice.text(), title, act))

    def dismiss(self) -> None:
        """Take the message away; an offer that had to wait for it is shown again."""
        self._offer = None
        if self._waiting:
            waited = self._waiting.pop()
            self._show(waited.what, waited.advice)
            self._show_offer(waited)
            return
        self.hide()
        self.dismissed.emit()

    def withdraw(self) -> None:
        """Take all offers away: what they would act on is no more."""
        self._waiting.clear()
        if self._offer is not None:
            self.dismiss()

    def _show(self, what: str, advice: str) -> None:
        self._offer = None
        self._action.hide()
        self._what.setText(what)
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))
        self.setAccessibleDescription(f"{what} {advice}")
        self.show()
        announce(self, f"{what} {advice}")

    def _show_offer(self, offer: _Offer) -> None:
        self._offer = offer
        self._action.setText(offer.title)
        self._action.setAccessibleName(offer.title)
        self._action.show()

    def _run_action(self) -> None:
        offer = self._offer
        self.dismiss()
        if offer:
            offer.act()


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
