from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from services.csv_import.domain.columns import (
    FIELDS,
    ColumnMapping,
    fingerprint,
    is_field,
    map_columns,
    recognise,
)
from services.csv_import.domain.problems import MappingProblem
from services.csv_import.domain.wording import speaker
from shared.kernel.region import LANGUAGES

ATTA = "8901000001016"
BESAN = "8901000002020"


def mapped(headings: str, *rows: str) -> ColumnMapping:
    return map_columns(headings.split("|"), [row.split("|") for row in rows])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_field_is_known_by_what_reports_call_it(language: str) -> None:
    known = {field: recognise(name) for field, name in speaker(language).fields.items()}
    assert {f: k.means if k else None for f, k in known.items() if not k or k.means != f} == {
        # A shop may head its list of goods by this word; its cells decide.
        "en": {"description": "text"},
        "hi": {"description": "name"},
    }.get(language, {})


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("ProductName", "name"),
        ("Item_Name", "name"),
        ("PARTICULARS", "name"),
        ("M.R.P.", "mrp"),
        ("MRP (₹)", "mrp"),
        ("Mrp Rs.", "mrp"),
        ("Sale\u00a0Price", "selling_price"),
        ("Selling\nPrice (incl. GST)", "selling_price"),
        ("S.P.", "selling_price"),
        ("Purchase Rate", "cost_price"),
        ("Bar Code No.", "barcode"),
        ("EAN/UPC", "barcode"),
        ("\ufeffbarcode", "barcode"),
        ("HSNCode", "hsn_code"),
        ("GST %", "gst_rate"),
        ("Qty.", "quantity"),
        ("Closing Stock", "quantity"),
        ("Re-order Level", "reorder_level"),
        ("Exp. Date", "expiry_date"),
        ("Best Before", "expiry_date"),
        ("Net Wt.", "net_quantity"),
        ("FSSAI Lic. No", "fssai"),
        ("supplier_name", "supplier"),
        ("Rack No", "location"),
        ("saman", "name"),
        ("bhav", "price"),
        ("नाम", "name"),
        ("बारकोड", "barcode"),
        ("मात्रा", "quantity"),
        ("वस्तूचे नाव", "name"),
        ("साठा", "quantity"),
        ("பெயர்", "name"),
        ("விலை", "price"),
        ("పేరు", "name"),
        ("ధర", "price"),
        ("নাম", "name"),
        ("পরিমাণ", "quantity"),
        ("નામ", "name"),
        ("ಹೆಸರು", "name"),
        ("ಬೆಲೆ", "price"),
        ("പേര്", "name"),
        ("വില", "price"),
        ("ਨਾਮ", "name"),
        ("ਕੀਮਤ", "price"),
        ("IN-MH", "IN-MH"),
        ("regional_names IN-OR", "IN-OD"),
        ("Absolute_Url", ""),
    ],
)
def test_headings_are_known_in_any_spelling(heading: str, field: str) -> None:
    known = recognise(heading)
    assert known is not None
    assert known.means == field


def test_every_field_is_known_by_its_own_name() -> None:
    for field in FIELDS:
        known = recognise(field)
        assert known is not None
        assert known.means == (field if field != "description" else "text")  # it may be the name


def test_no_spelling_stands_for_two_things() -> None:
    from pathlib import Path

    import services.csv_import.domain.columns as columns

    data = json.loads(Path(columns.__file__).with_name("headings.json").read_text("utf-8"))
    seen: dict[str, str] = {"": "ignored"}
    for group, means, spellings in (
        *(("fields", field, each) for field, each in data["fields"].items()),
        *(("by_content", field, each) for field, each in data["by_content"].items()),
        *(("languages", field, each) for field, each in data["languages"].items()),
        ("ignored", "ignored", data["ignored"]),
    ):
        for spelling in spellings:
            key = "".join(columns.words(spelling))
            assert seen.setdefault(key, means) == means, (group, spelling)


def test_a_quantity_column_that_reads_like_pack_sizes_is_the_net_quantity() -> None:
    found = mapped("Name|Quantity|Price", "Atta|500 g|40", "Juice|2 x 200 ml|60", "Oil|1 ltr|140", "Tea|1 pc|9")
    assert found.columns == {"name": 0, "net_quantity": 1, "selling_price": 2}


def test_a_quantity_column_of_counts_is_stock() -> None:
    assert mapped("Name|Qty", "Atta|12", "Juice|3 pcs", "Oil|2 dozen").columns["quantity"] == 1


def test_beside_a_size_column_a_quantity_in_kilos_is_stock() -> None:
    assert mapped("Name|Weight|Qty", "Atta|5 kg|20 kg", "Rice|1 kg|35 kg").columns == {
        "name": 0, "net_quantity": 1, "quantity": 2,
    }  # fmt: skip


def test_a_heading_that_says_stock_means_it() -> None:
    assert mapped("Name|Closing Stock", "Sugar|½ kg", "Dal|20 kg").columns == {"name": 0, "quantity": 1}


def test_beside_a_unit_column_a_quantity_is_stock() -> None:
    assert mapped("Name|Qty|Unit", "Sugar|20 kg|kg", "Dal|35 kg|kg").columns["quantity"] == 1


def test_a_unit_column_that_holds_sizes_is_the_net_quantity() -> None:
    assert mapped("product_name|unit|inventory", "Milk|500 ml|4", "Curd|1 kg|12").columns == {
        "name": 0, "net_quantity": 1, "quantity": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        ("Name|Price", {"selling_price": 1}),
        ("Name|Price|Discount Price", {"mrp": 1, "selling_price": 2}),
        ("Name|Price|Offer Price", {"mrp": 1, "selling_price": 2}),
        ("Name|MRP|Rate", {"mrp": 1, "selling_price": 2}),
        ("Name|Price|MRP", {"mrp": 2, "selling_price": 1}),
        ("Name|Cost|Price", {"cost_price": 1, "selling_price": 2}),
    ],
)
def test_price_is_the_mrp_beside_a_sale_price_and_the_selling_price_alone(
    headings: str, fields: dict[str, int]
) -> None:
    found = mapped(headings, "Atta|285|270", "Besan|65|62")
    assert found.columns == {"name": 0, **fields}
    assert found.decided


def test_a_discount_in_per_cent_is_no_sale_price() -> None:
    found = mapped("name|price|DISCOUNT", "Onion|₹50|36% Off", "Potato|₹43|40% Off")
    assert found.columns == {"name": 0, "selling_price": 1}


def test_two_rate_columns_have_to_be_asked_about() -> None:
    found = mapped("Item|Rate|Rate", "Atta|240|270", "Besan|50|62")
    assert found.undecided == ("selling_price", "cost_price")
    assert found.suggestion == {"name": "Item", "selling_price": 2, "cost_price": 1}


def test_an_item_code_is_a_barcode_only_if_it_looks_like_one() -> None:
    assert mapped("Item Code|Name", f"{ATTA}|Atta", f"{BESAN}|Besan").columns["barcode"] == 0
    assert "barcode" not in mapped("Item Code|Name", "1001|Atta", "1002|Besan").columns


def test_a_url_is_the_picture_only_if_it_is_one() -> None:
    assert mapped("Name|URL", "Atta|https://x.in/a.jpg?w=3").columns == {"name": 0, "image_url": 1}
    assert mapped("Name|URL", "Atta|https://x.in/p/1").columns == {"name": 0}


def test_a_description_is_the_name_where_there_is_no_other() -> None:
    assert mapped("Description|MRP", "Atta 5 kg|285").columns == {"name": 0, "mrp": 1}
    assert mapped("Name|Description", "Atta|Wheat flour").columns == {"name": 0, "description": 1}


def test_of_two_barcode_columns_the_filled_one_counts() -> None:
    assert mapped("EAN|Barcode|Name", f"|{ATTA}|Atta", f"|{BESAN}|Besan").columns["barcode"] == 1


def test_a_language_heading_gives_the_name_in_its_regions() -> None:
    assert mapped("Name|Marathi Name|IN-TN", "Atta|आटा|ஆட்டா").columns == {"name": 0, "IN-MH": 1, "IN-TN": 2}


def test_what_is_not_read_is_listed() -> None:
    assert mapped("Sr No|Name|Colour|Foo", "1|Atta|red|x").ignored == ("Sr No", "Colour", "Foo")


def guessed(*rows: str) -> ColumnMapping:
    return map_columns(None, [row.split("|") for row in rows])


def test_without_headings_a_clear_table_is_understood() -> None:
    found = guessed(f"{ATTA}|Atta 5 kg|285|270|12", f"{BESAN}|Besan 500 g|65|62|8")
    assert found.columns == {"name": 1, "barcode": 0, "quantity": 4, "mrp": 2, "selling_price": 3}
    assert found.decided
    assert found.confidence < 0.7


def test_without_headings_two_figures_have_to_be_asked_about() -> None:
    found = guessed("Atta 5 kg|285|12", "Besan 500 g|65|80")
    assert found.undecided == ("selling_price", "quantity")


def test_a_basket_of_words_has_to_be_asked_about() -> None:
    assert not guessed("knor|ginger paste|MTR Idli", "turkey|eggs|salmon").decided


@pytest.mark.parametrize(
    "rows",
    [
        ("Dear Sir,", "please send me the rate list of this month", "thank you"),
        ("Dear Sir,|", "please send me the rate list of this month|", "thank you|"),
        ("Dear Sir,", "please send 5 kg of sugar on 12 June", "thank you"),
        ("Soap", "Toothbrush", "Broom"),
    ],
)
def test_lines_without_headings_sizes_or_figures_may_be_a_letter(rows: tuple[str, ...]) -> None:
    found = guessed(*rows)
    assert (found.columns, found.undecided) == ({"name": 0}, ("name",))


@pytest.mark.parametrize(
    "rows",
    [
        ("Parle-G 800 g", "Tata Salt 1 kg", "Broom"),
        ("आटा ५ किलो", "चीनी १ किलो"),
        ("Sugar|1 kg", "Salt|500 g", "Broom|"),
        (f"Soap|{ATTA}", f"Broom|{BESAN}"),
    ],
)
def test_names_that_say_sizes_or_have_barcodes_are_goods_without_headings_too(rows: tuple[str, ...]) -> None:
    assert guessed(*rows).decided


def test_names_alone_under_a_known_heading_are_goods() -> None:
    for heading in ("Item", "name", "नाम"):
        assert mapped(heading, "Soap", "Broom").decided


def test_headings_nobody_knows_over_figures_have_to_be_asked_about() -> None:
    assert "name" in mapped("Bezeichnung|Preis", "Atta|285", "Besan|65").undecided


def test_a_file_with_neither_name_nor_barcode_waits() -> None:
    assert mapped("mrp|qty", "285|12", "65|8").undecided == ("name",)


def given_(columns: dict[str, str | int | None], headings: Sequence[str] = ("Item", "Rate", "Rate")) -> ColumnMapping:
    return ColumnMapping.given(columns, headings)


def test_a_client_names_columns_by_heading_or_index() -> None:
    assert given_({"name": "item ", "selling_price": 2, "mrp": None}).columns == {"name": 0, "selling_price": 2}
    assert ColumnMapping.given({"barcode": 1}, None, width=2).columns == {"barcode": 1}
    assert ColumnMapping.given({"barcode": "1"}, None, width=2).columns == {"barcode": 1}, "as a job suggests it"
    assert given_({"name": "2"}, ("2", "Item", "Rate")).columns == {"name": 0}, "a heading comes first"


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"nmae": "Item"}, "UNKNOWN_FIELD"),
        ({"IN-XX": "Item"}, "UNKNOWN_FIELD"),
        ({"name": "Foo"}, "UNKNOWN_HEADING"),
        ({"name": 3}, "UNKNOWN_HEADING"),
        ({"name": -1}, "UNKNOWN_HEADING"),
        ({"name": True}, "UNKNOWN_HEADING"),
        ({"name": "Item", "mrp": "Rate"}, "UNKNOWN_HEADING"),
        ({"name": 0, "barcode": 0}, "COLUMN_USED_TWICE"),
        ({"mrp": 1}, "NAME_OR_BARCODE_NEEDED"),
        ({}, "NAME_OR_BARCODE_NEEDED"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused(columns: dict[str, str | int | None], code: str) -> None:
    with pytest.raises(MappingProblem) as caught:
        given_(columns)
    assert code in [error.code for error in caught.value.errors]
    assert all(error.pointer.startswith("/columns") for error in caught.value.errors)


def test_a_suggestion_is_a_mapping_that_can_be_given() -> None:
    found = mapped("Item|Rate|Rate", "Atta|240|270", "Besan|50|62")
    assert ColumnMapping.given(found.suggestion, found.headings).columns == found.columns


def test_a_mapping_survives_json() -> None:
    found = mapped("Item|Rate|Rate", "Atta|240|270", "Besan|50|62")
    assert ColumnMapping.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_a_fingerprint_forgives_case_and_punctuation_not_order() -> None:
    assert fingerprint(["Item Name", "M.R.P."]) == fingerprint(["item_name", "m r p"])
    assert fingerprint(["Item Name", "MRP"]) != fingerprint(["MRP", "Item Name"])
    assert fingerprint(None) == ""


def test_regions_are_fields_by_their_canonical_code_only() -> None:
    assert is_field("IN-MH")
    assert not is_field("IN-OR")
    assert not is_field("MH")
