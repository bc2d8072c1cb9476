"""Run in Krita by a test: another panel of the plug-in's in any language, and what it cuts off.

The roots have no font for Chinese or Japanese. Their letters are as wide as the font is large, and
so is a dash of the fonts that are there: each such letter is shown as one.
"""

import unicodedata
from dataclasses import replace

from dynamic_style_krita.plugin import translations
from PyQt5 import QtCore, QtGui, QtWidgets

WIDE = "—\u200b"  # lines break behind it, as they do behind those letters
before = list(translations._chosen)


def begin_speaking(language):
    """Texts of the plug-in's in this language; "": as before."""
    translations._catalog.cache_clear()
    translations.use_languages([language] if language else before)
    if language:
        texts = translations._catalog((language,))._catalog
        texts.update({key: _seen(text) for key, text in texts.items() if key})


def name_packs(said):
    """said: by pack, the members of its manifest in the language."""
    docker = _docker()
    packs = [_named(pack, said[pack.id]) for pack in docker.controller.state.packs]
    docker.controller.state.set_packs(packs, [], recent=[])
    docker.controller.packs_changed.emit()


def open_another(width, height):
    """A panel for the same controller, in a window of its own."""
    global another
    docker = _docker()
    another = type(docker)(docker.controller)
    another.setObjectName("another_docker")
    another.resize(width, height)
    another.move(40, 60)
    another.show()


def close_another():
    another.hide()
    another.deleteLater()


def cut_off():
    """[name, text] of all that is seen in part only."""
    found = []
    whole = another.widget()
    for widget in whole.findChildren(QtWidgets.QWidget):
        if widget.isVisible():
            found += [[widget.objectName(), text] for text in _cut_texts(widget)]
            if widget.mapTo(whole, widget.rect().topRight()).x() >= whole.width():
                found.append([widget.objectName(), "reaches beyond the panel"])
    return found


def _cut_texts(widget):
    metrics = widget.fontMetrics()
    if isinstance(widget, QtWidgets.QLabel):
        whole = getattr(widget, "whole_text", widget.text())
        if whole != widget.text():
            return [whole]
        if widget.wordWrap():
            return [whole] * (widget.heightForWidth(widget.width()) > widget.height())
        return [whole] * (metrics.horizontalAdvance(_plain(whole)) > widget.width())
    if isinstance(widget, QtWidgets.QComboBox):
        option = QtWidgets.QStyleOptionComboBox()
        widget.initStyleOption(option)
        style = QtWidgets.QStyle
        room = widget.style().subControlRect(
            style.ComplexControl.CC_ComboBox,
            option,
            style.SubControl.SC_ComboBoxEditField,
            widget,
        )
        texts = [widget.itemText(index) for index in range(widget.count())]
        return [text for text in texts if metrics.horizontalAdvance(text) > room.width()]
    if isinstance(widget, QtWidgets.QLineEdit) and widget.placeholderText():
        shown = widget.placeholderText()
        return [shown] * (metrics.horizontalAdvance(shown) > widget.width())
    if isinstance(widget, QtWidgets.QListWidget):
        items = [widget.item(index) for index in range(widget.count())]
        return [item.text() for item in items if _is_elided(widget, item)]
    if isinstance(widget, QtWidgets.QAbstractSpinBox):
        room = widget.findChild(QtWidgets.QLineEdit).width()
        return [widget.text()] * (metrics.horizontalAdvance(widget.text()) > room)
    if isinstance(widget, QtWidgets.QAbstractButton):
        text = widget.text()
        return [text] * (bool(text) and widget.sizeHint().width() > widget.width())
    return []


def _is_elided(packs, item):
    """Whether a word is wider than its cell, or there are more lines than it has room for."""
    metrics = QtGui.QFontMetrics(packs.font())
    cell = packs.visualItemRect(item)
    room = QtCore.QRect(0, 0, cell.width() - 4, 1000)
    wrapped = metrics.boundingRect(room, int(QtCore.Qt.TextFlag.TextWordWrap), item.text())
    high = cell.height() - packs.iconSize().height()
    return wrapped.width() > room.width() or wrapped.height() > high


def _named(pack, said):
    dials = [replace(dial, **_all_seen(said["dials"].get(dial.id, {}))) for dial in pack.dials]
    known = {name: said[name] for name in ("title", "summary")}
    return replace(pack, dials=tuple(dials), **_all_seen(known))


def _plain(text):
    """Without the accelerator that KDE's libraries put into it."""
    return text.replace("&", "", 1)


def _all_seen(members):
    return {name: _seen(text) for name, text in members.items()}


def _seen(text):
    return "".join(WIDE if unicodedata.east_asian_width(one) in "WF" else one for one in text)


def _docker():
    (found,) = [
        widget
        for widget in QtWidgets.QApplication.allWidgets()
        if widget.objectName() == "dynamic_style_docker" and hasattr(widget, "controller")
    ]
    return found
