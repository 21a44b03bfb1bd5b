"""Backups in the window: the list, trying one, going back, and the offer when a library is damaged."""

from pathlib import Path
from types import SimpleNamespace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from tagstudio.domain.judgements import Verdict
from tagstudio.gui.dialogs.backups import BackupsDialog
from tagstudio.library.backups import Backup, all_backups
from tagstudio.services.backups import make
from tagstudio.services.judge import judge
from tagstudio.services.studio import open_studio

LONG_MS = 120_000


def dialog_of(qtbot, window):
    window._show_backups(window.workplace)
    dialog = window.findChildren(BackupsDialog)[-1]
    qtbot.waitUntil(lambda: dialog.table.rowCount() > 0, timeout=LONG_MS)
    return dialog


def test_a_backup_is_made_at_the_start_listed_and_tried(qtbot, open_window, heard_file):
    window = open_window(heard_file)
    qtbot.waitUntil(lambda: len(all_backups(heard_file)) == 1, timeout=LONG_MS)
    dialog = dialog_of(qtbot, window)
    assert dialog.chosen is not None
    assert "no backups" not in dialog.note.text()
    assert dialog.test_button.isEnabled()
    dialog.test_button.click()
    qtbot.waitUntil(lambda: "opens and is what was saved" in dialog.note.text(), timeout=LONG_MS)
    dialog.reject()


def test_going_back_keeps_what_was_judged_since(qtbot, open_window, heard_file):
    with open_studio(heard_file) as studio:
        judge(studio, [1], {"jazz": Verdict.YES})
        made = make(studio).backup
        judge(studio, [2], {"jazz": Verdict.NO})
    window = open_window(heard_file)
    dialog = dialog_of(qtbot, window)
    dialog._decided(made, True)
    qtbot.waitUntil(lambda: "library is back" in window.news.text(), timeout=LONG_MS)
    assert window.workplace is not None
    with window.workplace.studio.library.read() as session:
        from tagstudio.library import judgements

        assert judgements.count(session) == 2
    assert list(heard_file.parent.glob("*.corrupt-*"))


def test_a_damaged_library_is_offered_from_its_backup_with_what_was_judged_since(qtbot, heard_file):
    with open_studio(heard_file) as studio:
        make(studio)
        judge(studio, [1], {"jazz": Verdict.YES})
    heard_file.write_bytes(heard_file.read_bytes()[:9000])
    from tagstudio.gui.main_window import MainWindow

    window = MainWindow("light")
    qtbot.addWidget(window)
    window.open_library(heard_file)
    qtbot.waitUntil(lambda: "Backups lie in" in window.cover_text, timeout=LONG_MS)
    (restore,) = [each for each in window.findChildren(QPushButton) if each.text().startswith("Restore the backup")]
    assert restore.text().endswith("(+ 1 since)")
    restore.click()
    qtbot.waitUntil(lambda: window.workplace is not None, timeout=LONG_MS)
    qtbot.waitUntil(lambda: "library is back" in window.news.text(), timeout=LONG_MS)
    window.close()


class Answers(QObject):
    """What the dialog listens to, without a library behind it."""

    listed, tested, busy, failed, said = (
        Signal(object),
        Signal(object),
        Signal(bool),
        Signal(str, str),
        Signal(str, str),
    )
    studio = SimpleNamespace(settings=SimpleNamespace(second_backup_folder=""))

    def read_list(self):
        pass

    make = test = choose_second_place = read_list


def test_the_chosen_backup_stays_chosen_when_another_comes_on_top(qtbot):
    first, second, third, fourth = (
        Backup(file=Path(f"/b/{n}"), number=n, made_at=f"2026-01-0{n}T00:00:00+00:00", size=1, sha256="x")
        for n in (1, 2, 3, 4)
    )
    window, answers = QWidget(), Answers()
    qtbot.addWidget(window)
    dialog = BackupsDialog(window, answers, lambda *_: None)
    answers.listed.emit([third, second, first])
    dialog.table.selectRow(2)
    answers.listed.emit([fourth, third, second, first])
    assert dialog.chosen == first
    answers.listed.emit([fourth])
    assert dialog.chosen == fourth
