"""The place Review: one question, four answers."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QLabel, QWidget

from tagstudio.domain.judgements import Verdict
from tagstudio.domain.tracks import shown
from tagstudio.gui.presenters.library import Found, judged_tags
from tagstudio.gui.presenters.review import Asked, ReviewPresenter
from tagstudio.gui.widgets.choice import Choice
from tagstudio.gui.widgets.parts import button, plain_label, side_by_side, stacked
from tagstudio.gui.widgets.suggestion_row import MARKS, ProbabilityBar

STRATEGIES = (("uncertain", "what is least certain"), ("confident", "what is most likely"))
ALL_TAGS = "all tags"
WAITING = "Looking for the next question…"
NOTHING = "There is nothing to ask."
NOTHING_ADVICE = (
    "No track that was listened to is left to ask about. "
    "Choose another tag or another order of questions, or add and listen to more music."
)


class ReviewView(QWidget):
    """Shows the presenter's question and hands it the answers."""

    track_wanted = Signal(int, int, bool)  # track, tag, whether to play it

    def __init__(self, presenter: ReviewPresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._is_read_only = False
        self.strategy, self.tag = Choice("Ask about"), Choice("For which tag")
        self.plays = QCheckBox("&Play each track as it is shown")
        self.question = plain_label(WAITING, wraps=True, role="title")
        self.why = plain_label(wraps=True, role="muted")
        self.bar = ProbabilityBar()
        self.progress = plain_label(role="muted", width=320)
        self.buttons = {
            verdict: self._answer_button(text, verdict)
            for text, verdict in (("Yes (A)", Verdict.YES), ("No (X)", Verdict.NO), ("Unsure (U)", Verdict.UNSURE))
        }
        self.skip_button = button("Skip (S or →)", presenter.skip, name="Skip")
        self.back_button = button("Back (←)", presenter.back, name="Back to the question before")
        self._lay_out()
        self._connect()

    def start(self) -> None:
        """Ask the first question, unless one is shown."""
        if self._presenter.current is None and not self._presenter.is_waiting:
            self._restart()

    def show_tags(self, found: Found) -> None:
        """Offer the vocabulary to ask about."""
        names = [each.tag.name for each in judged_tags(found.tags)]
        if names == [self.tag.itemData(n) for n in range(1, self.tag.count())]:
            return
        chosen = self.tag.currentData() or ""
        with QSignalBlocker(self.tag):
            self.tag.clear()
            self.tag.addItem(ALL_TAGS, "")
            for name in names:
                self.tag.addItem(shown(name), name)
            self.tag.setCurrentIndex(max(0, self.tag.findData(chosen)))

    def set_read_only(self, *, is_read_only: bool) -> None:
        """Take no answers, or take them again."""
        self._is_read_only = is_read_only
        self._allow_answers()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Right:
            self._presenter.skip()
        elif event.key() == Qt.Key.Key_Left:
            self._presenter.back()
        else:
            super().keyPressEvent(event)

    def _answer_button(self, text: str, verdict: Verdict) -> QWidget:
        name = {Verdict.YES: "Yes, it fits", Verdict.NO: "No, it does not fit"}.get(verdict, "Unsure")
        made = button(text, lambda: self._presenter.answer(verdict), name=name, role="answer")
        made.setProperty("verdict", verdict.value)
        made.setMinimumSize(112, 40)
        return made

    def _lay_out(self) -> None:
        for value, text in STRATEGIES:
            self.strategy.addItem(text, value)
        self.tag.addItem(ALL_TAGS, "")
        self.tag.setMinimumWidth(180)
        top = side_by_side(
            _buddy("&Ask about", self.strategy), self.strategy, _buddy("&for", self.tag), self.tag, self.plays, None
        )
        top.addWidget(self.progress)
        self.progress.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for label in (self.question, self.why):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        card = QFrame()
        card.setObjectName("questionCard")
        bar = side_by_side(None, self.bar, None)
        answers = side_by_side(None, *self.buttons.values(), None)
        others = side_by_side(None, self.back_button, self.skip_button, None)
        card.setLayout(stacked(None, self.question, self.why, bar, answers, others, None, spacing=12, margin=16))
        self.setLayout(stacked(top, card, spacing=8))
        self.layout().setStretch(1, 1)  # type: ignore[union-attr]
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Review")

    def _connect(self) -> None:
        self.strategy.activated.connect(self._restart)
        self.tag.activated.connect(self._restart)
        self._presenter.asked.connect(self._show)
        self._presenter.progressed.connect(self.progress.setText)

    def _allow_answers(self) -> None:
        for each in self.buttons.values():
            each.setEnabled(self._presenter.current is not None and not self._is_read_only)

    def _restart(self) -> None:
        self._presenter.restart(self.strategy.currentData(), self.tag.currentData())
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, asked: Asked | None) -> None:
        self.skip_button.setEnabled(asked is not None)
        self._allow_answers()
        if asked is None:
            self.question.setText(WAITING if self._presenter.is_waiting else NOTHING)
            self.why.setText("" if self._presenter.is_waiting else NOTHING_ADVICE)
            self.bar.hide()
            return
        self._show_question(asked)
        self.track_wanted.emit(asked.question.track_id, asked.question.tag_id, self.plays.isChecked())

    def _show_question(self, asked: Asked) -> None:
        each = asked.question
        before = f"  Your answer: {MARKS[asked.answer]}." if asked.answer in MARKS else ""
        self.question.setText(f"Does “{shown(each.tag)}” fit “{shown(asked.name)}”?")
        self.why.setText(shown(each.why) + before)
        self.bar.set_value(each.score or 0.0)
        self.bar.setVisible(each.score is not None)


def _buddy(text: str, choice: Choice) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setBuddy(choice)
    return label
