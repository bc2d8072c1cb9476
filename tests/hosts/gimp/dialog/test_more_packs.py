"""More Packs… in the real GIMP, where nobody has added a catalog."""

from __future__ import annotations

from ...one_root import IN_TRIXIE
from ..person import Person

NOTICE = "find_widget('notice').get_text()"


@IN_TRIXIE
def test_the_dialog_says_that_no_catalog_is_known_and_how_one_is_added(person: Person) -> None:
    person.open("p", shows="More Packs…")
    person.wait_for_rest("More Packs…")
    person.press("More Packs…")
    person.wait_until(f"'no catalog of packs is known' in {NOTICE}")
    assert "packs catalog https://... --add" in person.look(NOTICE)
    person.screenshot("more-packs")
    for button in ("catalog-install", "catalog-remove"):
        assert not person.look(f"find_widget({button!r}).get_sensitive()"), button
    person.wait_for_rest("Close")
    person.press("Close")
    person.wait_until("'More Packs' not in [w.get_title() for w in Gtk.Window.list_toplevels()]")
    person.cancel()
