"""The question before leaving while verdicts are not on the disk."""

from collections.abc import Callable

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QMessageBox, QWidget

from tagstudio.gui.presenters.verdicts import Verdicts

# A library that another program holds is waited for five seconds.
LONGEST_WAIT_MS = 6000
NAMED = 5


def wait_until_sent(verdicts: Verdicts) -> None:
    """Let what is on its way to the disk arrive or be refused."""
    if not verdicts.is_saving:
        return
    loop = QEventLoop()

    def look(_count: int) -> None:
        if not verdicts.is_saving:
            loop.exit()

    verdicts.counted.connect(look)
    QTimer.singleShot(LONGEST_WAIT_MS, loop, loop.exit)
    loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    verdicts.counted.disconnect(look)


def unsaved_dialog(parent: QWidget, verdicts: Verdicts, leave: Callable[[], object]) -> QMessageBox:
    """Return the question whether to go without what is not saved; ``leave`` is done when nothing is left to lose."""
    unsaved = verdicts.unsaved
    count = "1 verdict is" if len(unsaved) == 1 else f"{len(unsaved):,} verdicts are"
    box = QMessageBox(QMessageBox.Icon.Warning, "TagStudio", f"{count} not saved yet.", parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    more = "" if len(unsaved) <= NAMED else f" and {len(unsaved) - NAMED:,} more"
    named = ", ".join(f"{each.verdict} “{each.tag[:40]}”" for each in unsaved[:NAMED])
    box.setInformativeText(f"They would be lost: {named}{more}.")
    again = box.addButton("Save again", QMessageBox.ButtonRole.AcceptRole)
    without = box.addButton("Leave without them", QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton("Stay", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(again)
    box.setEscapeButton(stay)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def decided(pressed: object) -> None:
        if pressed is again:
            verdicts.retry()
            leave()  # asks again if that was in vain
        elif pressed is without:
            verdicts.give_up()
            leave()

    box.buttonClicked.connect(lambda pressed: QTimer.singleShot(0, parent, lambda: decided(pressed)))
    return box
