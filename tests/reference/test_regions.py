"""Anhui's regions: numbers that are known, names in both languages, and finding a place by what people write."""

from collections import Counter

import pytest

from marketplace.reference import regions


def everything():
    yield regions.province()
    for city in regions.cities():
        yield city
        yield from regions.counties(city.code, zones=True)


def test_numbers_of_the_register():
    kinds = Counter(each.kind for each in everything())
    assert kinds == {"省": 1, "地级市": 16, "区": 45, "县级市": 9, "县": 50, "开发区": 15}
    assert sum(len(regions.counties(city.code)) for city in regions.cities()) == 104


def test_codes_are_nested_and_unique():
    codes = [each.code for each in everything()]
    assert len(set(codes)) == len(codes) == 136
    for each in everything():
        assert regions.region(each.code) is each
        if each.level == "county":
            assert each.code[:4] == each.parent[:4]
            assert regions.city_of(each.code) == each.parent
        if each.level == "city":
            assert each.parent == regions.PROVINCE
            assert regions.city_of(each.code) == each.code


def test_names_in_both_languages():
    for each in everything():
        assert each.label.zh
        assert each.label.en.isascii() or "–" in each.label.en
    for city in regions.cities():
        shape = next(shape for shape in regions.drawing().cities if shape.code == city.code)
        assert (shape.name.zh + "市", shape.name.en) == (city.label.zh, city.label.en)


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("长丰县", "Changfeng County"),
        ("六安市", "Lu'an"),
        ("亳州市", "Bozhou"),
        ("歙县", "She County"),
        ("枞阳县", "Zongyang County"),
        ("砀山县", "Dangshan County"),
        ("濉溪县", "Suixi County"),
        ("黟县", "Yi County"),
        ("涡阳县", "Guoyang County"),
        ("埇桥区", "Yongqiao District"),
        ("庐阳区", "Luyang District"),
        ("巢湖市", "Chaohu"),
    ],
)
def test_readings_that_are_easily_got_wrong(zh, en):
    found = regions.find(zh)
    assert found is not None
    assert found.label.en == en
    assert regions.find(en) in (found, regions.find(en.split()[0]))


@pytest.mark.parametrize("text", ["340100", "合肥市", "合肥", "hefei", " Hefei ", "ＨＥＦＥＩ"])
def test_find_takes_what_people_write(text):
    assert regions.find(text) == regions.region("340100")


def test_a_name_shared_by_city_and_county_means_the_city():
    assert regions.find("黄山") == regions.region("341000")
    assert regions.find("黄山区") == regions.region("341003")


@pytest.mark.parametrize("text", ["", "苏州", "320500", "县", "Nowhere"])
def test_what_lies_outside_is_not_found(text):
    assert regions.find(text) is None
    assert not regions.known(text)
    assert regions.city_of(text) == ""


def test_names_for_addresses():
    assert regions.full_name("340103").zh == "合肥市庐阳区"
    assert regions.full_name("340103").en == "Luyang District, Hefei"
    assert regions.full_name("340100") == regions.name("340100")
    assert regions.name("").zh == "省外"
    assert regions.city_of("340000") == ""


def test_usual_order_and_development_zones_apart():
    assert [each.slug for each in regions.cities()][:3] == ["hefei", "wuhu", "bengbu"]
    assert all(each.kind != "开发区" for each in regions.counties("340100"))
    assert len(regions.counties("340100", zones=True)) - len(regions.counties("340100")) == 3


def test_the_drawing_has_a_place_for_every_city_and_names_its_licence():
    drawing = regions.drawing()
    assert set(regions.tiles()) == {each.code for each in regions.cities()}
    assert len(set(regions.tiles().values())) == 16
    columns, rows = drawing.grid
    assert all(0 <= column < columns and 0 <= row < rows for column, row in regions.tiles().values())
    assert "Apache-2.0" in drawing.licence
    assert drawing.source
    assert "审图号" in drawing.note
    assert all(each.outline.startswith("M") for each in drawing.cities)
