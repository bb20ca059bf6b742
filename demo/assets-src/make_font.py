#!/usr/bin/python3
"""Draws Pennant, the display face of the demo, and writes it as ../assets/pennant.woff2.

Every letter is a few pen strokes on a grid seven units high; corners are cut at 45 degrees and the
stems that stand on the baseline end in a swallowtail, as a herald's pennant does. Lower case maps
to the capitals. Needs python3-fonttools, python3-brotli and python3-shapely.
"""
import pathlib

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.polygon import orient
from shapely.ops import unary_union

UNIT = 100          # font units in one grid unit; 1000 units to the em
PEN = 1.42          # stroke weight, grid units
H = PEN / 2
BEARING = 0.42
BOTTOM, TOP, MIDDLE, HEIGHT = H, 7 - H, 3.5, 7.0
CUT = 1.05          # how far a corner is cut back
NOTCH = 0.5         # depth of the swallowtail


def octagon(left, right, bottom=BOTTOM, top=TOP):
    return [(left + CUT, bottom), (right - CUT, bottom), (right, bottom + CUT), (right, top - CUT),
            (right - CUT, top), (left + CUT, top), (left, top - CUT), (left, bottom + CUT),
            (left + CUT, bottom), (right - CUT, bottom)]


def letters():
    """name -> (width, strokes, x of the stems that get a swallowtail)"""
    w = 5.0
    l, r, c = H, w - H, CUT
    wide = 7.0
    a = {}
    a['A'] = (w, [[(l, 0), (l, TOP - c), (l + c, TOP), (r - c, TOP), (r, TOP - c), (r, 0)],
                  [(l, 2.5), (r, 2.5)]], [l, r])
    a['B'] = (w, [[(l, 0), (l, 7)], [(0, TOP), (r - c - .1, TOP), (r - .1, TOP - c), (r - .1, MIDDLE + .75), (r - .85, MIDDLE), (l, MIDDLE)],
                  [(0, BOTTOM), (r - c, BOTTOM), (r, BOTTOM + c), (r, MIDDLE - .75), (r - .75, MIDDLE), (l, MIDDLE)]], [])
    a['C'] = (w, [[(r, 2.35), (r, BOTTOM + c), (r - c, BOTTOM), (l + c, BOTTOM), (l, BOTTOM + c),
                   (l, TOP - c), (l + c, TOP), (r - c, TOP), (r, TOP - c), (r, 4.65)]], [])
    a['D'] = (w, [[(l, 0), (l, 7)], [(0, BOTTOM), (r - c, BOTTOM), (r, BOTTOM + c), (r, TOP - c), (r - c, TOP), (0, TOP)]], [])
    a['E'] = (4.4, [[(l, 0), (l, 7)], [(0, BOTTOM), (4.4, BOTTOM)], [(l, MIDDLE), (4.0, MIDDLE)], [(0, TOP), (4.4, TOP)]], [])
    a['F'] = (4.3, [[(l, 0), (l, 7)], [(l, 3.2), (3.9, 3.2)], [(0, TOP), (4.3, TOP)]], [l])
    a['G'] = (w, [[(2.7, 3.1), (r, 3.1), (r, BOTTOM + c), (r - c, BOTTOM), (l + c, BOTTOM), (l, BOTTOM + c),
                   (l, TOP - c), (l + c, TOP), (r - c, TOP), (r, TOP - c), (r, 4.75)]], [])
    a['H'] = (w, [[(l, 0), (l, 7)], [(r, 0), (r, 7)], [(l, MIDDLE), (r, MIDDLE)]], [l, r])
    a['I'] = (PEN, [[(l, 0), (l, 7)]], [l])
    a['J'] = (4.4, [[(l, 2.2), (l, BOTTOM + c), (l + c, BOTTOM), (4.4 - H - c, BOTTOM), (4.4 - H, BOTTOM + c), (4.4 - H, 7)]], [])
    a['K'] = (w, [[(l, 0), (l, 7)], [(l, MIDDLE), (2.2, MIDDLE), (r, 5.3), (r, 7)], [(2.2, MIDDLE), (r, 1.7), (r, 0)]], [l, r])
    a['L'] = (4.2, [[(l, 0), (l, 7)], [(0, BOTTOM), (4.2, BOTTOM)]], [])
    a['M'] = (wide, [[(l, 0), (l, 7)], [(wide - H, 0), (wide - H, 7)], [(l, 6.6), (wide / 2, 3.1), (wide - H, 6.6)]], [l, wide - H])
    a['N'] = (5.4, [[(l, 0), (l, 7)], [(5.4 - H, 0), (5.4 - H, 7)], [(l, 6.2), (5.4 - H, .8)]], [l, 5.4 - H])
    a['O'] = (w, [octagon(l, r)], [])
    a['P'] = (w, [[(l, 0), (l, 7)], [(0, TOP), (r - c, TOP), (r, TOP - c), (r, 2.7 + c), (r - c, 2.7), (l, 2.7)]], [l])
    a['Q'] = (w, [octagon(l, r), [(2.6, 2.5), (w + .05, .05)]], [])
    a['R'] = (w, [[(l, 0), (l, 7)], [(0, TOP), (r - c, TOP), (r, TOP - c), (r, 3.0 + .8), (r - .8, 3.0), (l, 3.0)],
                  [(r - .9, 3.0), (r, 2.0), (r, 0)]], [l, r])
    a['S'] = (w, [[(l, 2.1), (l, BOTTOM + c), (l + c, BOTTOM), (r - c, BOTTOM), (r, BOTTOM + c), (r, MIDDLE - .8), (r - .8, MIDDLE),
                   (l + .8, MIDDLE), (l, MIDDLE + .8), (l, TOP - c), (l + c, TOP), (r - c, TOP), (r, TOP - c), (r, 4.9)]], [])
    a['T'] = (4.8, [[(0, TOP), (4.8, TOP)], [(2.4, 0), (2.4, 7)]], [2.4])
    a['U'] = (w, [[(l, 7), (l, BOTTOM + c), (l + c, BOTTOM), (r - c, BOTTOM), (r, BOTTOM + c), (r, 7)]], [])
    a['V'] = (w, [[(l, 7), (l, 3.0), (w / 2, .5), (r, 3.0), (r, 7)]], [])
    a['W'] = (wide, [[(l, 7), (l, 0)], [(wide - H, 7), (wide - H, 0)], [(l, .4), (wide / 2, 3.9), (wide - H, .4)]], [])
    a['X'] = (w, [[(l, 7), (l, 5.4), (r, 1.6), (r, 0)], [(r, 7), (r, 5.4), (l, 1.6), (l, 0)]], [l, r])
    a['Y'] = (w, [[(l, 7), (l, 4.9), (w / 2, 3.2), (r, 4.9), (r, 7)], [(w / 2, 0), (w / 2, 3.2)]], [w / 2])
    a['Z'] = (4.8, [[(0, TOP), (4.8 - H, TOP), (4.8 - H, 5.3), (H, 1.7), (H, BOTTOM), (4.8, BOTTOM)]], [])
    a['zero'] = (w, [octagon(l, r)], [])
    a['one'] = (w, [[(w / 2, 0), (w / 2, TOP), (.7, TOP)], [(.3, BOTTOM), (w - .3, BOTTOM)]], [])
    a['two'] = (w, [[(l, 4.9), (l, TOP - c), (l + c, TOP), (r - c, TOP), (r, TOP - c), (r, 4.1), (l, 1.7), (l, BOTTOM), (w, BOTTOM)]], [])
    a['three'] = (w, [[(l, 4.85), (l, TOP - c), (l + c, TOP), (r - c, TOP), (r, TOP - c), (r, MIDDLE + .75), (r - .75, MIDDLE), (1.8, MIDDLE)],
                      [(1.8, MIDDLE), (r - .75, MIDDLE), (r, MIDDLE - .75), (r, BOTTOM + c), (r - c, BOTTOM), (l + c, BOTTOM), (l, BOTTOM + c), (l, 2.15)]], [])
    a['four'] = (w, [[(l, 7), (l, 2.4), (w, 2.4)], [(3.6, 0), (3.6, 4.9)]], [3.6])
    a['five'] = (w, [[(w - .2, TOP), (l, TOP), (l, 4.0), (r - c, 4.0), (r, 4.0 - c), (r, BOTTOM + c), (r - c, BOTTOM), (l + c, BOTTOM), (l, BOTTOM + c), (l, 2.15)]], [])
    a['six'] = (w, [[(r, 4.95), (r, TOP - c), (r - c, TOP), (l + c, TOP), (l, TOP - c), (l, BOTTOM + c), (l + c, BOTTOM), (r - c, BOTTOM),
                     (r, BOTTOM + c), (r, 3.9 - c), (r - c, 3.9), (l, 3.9)]], [])
    a['seven'] = (w, [[(0, TOP), (r, TOP), (r, 5.0), (2.1, 2.6), (2.1, 0)]], [2.1])
    a['eight'] = (w, [octagon(l, r), [(l, MIDDLE), (r, MIDDLE)]], [])
    a['nine'] = (w, [[(l, 2.05), (l, BOTTOM + c), (l + c, BOTTOM), (r - c, BOTTOM), (r, BOTTOM + c), (r, TOP - c), (r - c, TOP),
                      (l + c, TOP), (l, TOP - c), (l, 3.1 + c), (l + c, 3.1), (r, 3.1)]], [])
    a['period'] = (PEN, [[(H, 0), (H, PEN)]], [])
    a['comma'] = (PEN, [[(H, -1.1), (H, PEN)]], [])
    a['colon'] = (PEN, [[(H, .6), (H, .6 + PEN)], [(H, 4.2), (H, 4.2 + PEN)]], [])
    a['hyphen'] = (2.8, [[(0, MIDDLE), (2.8, MIDDLE)]], [])
    a['slash'] = (4.2, [[(.5, -.2), (3.7, 7.2)]], [])
    a['quotesingle'] = (PEN, [[(H, 4.9), (H, 7)]], [])
    a['exclam'] = (PEN, [[(H, 0), (H, PEN)], [(H, 2.3), (H, 7)]], [])
    a['question'] = (4.6, [[(H, 5.0), (H, TOP - c), (H + c, TOP), (4.6 - H - c, TOP), (4.6 - H, TOP - c), (4.6 - H, 4.3), (2.3, 3.3), (2.3, 2.2)],
                           [(2.3, 0), (2.3, PEN)]], [])
    a['plus'] = (4.2, [[(0, 3.3), (4.2, 3.3)], [(2.1, 1.2), (2.1, 5.4)]], [])
    a['space'] = (2.2, [], [])
    return a


CODES = {'zero': '0', 'one': '1', 'two': '2', 'three': '3', 'four': '4', 'five': '5', 'six': '6', 'seven': '7', 'eight': '8',
         'nine': '9', 'period': '.', 'comma': ',', 'colon': ':', 'hyphen': '-', 'slash': '/', 'quotesingle': "'’", 'exclam': '!',
         'question': '?', 'plus': '+', 'space': ' \u00a0'}


def outline(strokes, stems):
    ink = unary_union([LineString(s).buffer(H, cap_style=2, join_style=2, mitre_limit=4) for s in strokes])
    ink = ink.intersection(box(-1, -2, 12, HEIGHT))
    for x in stems:
        ink = ink.difference(Polygon([(x - H, -.01), (x + H, -.01), (x, NOTCH)]))
    return list(ink.geoms) if ink.geom_type == 'MultiPolygon' else [ink]


def draw(pen, polygons):
    def ring(points):
        points = [(round((x + BEARING) * UNIT), round(y * UNIT)) for x, y in points][:-1]
        pen.moveTo(points[0])
        for p in points[1:]:
            pen.lineTo(p)
        pen.closePath()
    for polygon in polygons:
        polygon = orient(polygon.simplify(.005))
        ring(polygon.exterior.coords)
        for hole in polygon.interiors:
            ring(hole.coords)


def main():
    table = letters()
    order = ['.notdef'] + list(table)
    strings, metrics, cmap = {}, {}, {}
    table['.notdef'] = (4.0, [[(H, 0), (H, 7)], [(4 - H, 0), (4 - H, 7)], [(0, H), (4, H)], [(0, TOP), (4, TOP)]], [])
    for name in order:
        width, strokes, stems = table[name]
        advance = round((width + (2 * BEARING if strokes else 0)) * UNIT)
        pen = T2CharStringPen(advance, None)
        if strokes:
            draw(pen, outline(strokes, stems))
        strings[name] = pen.getCharString()
        metrics[name] = (advance, round(BEARING * UNIT))
        for character in CODES.get(name, name if len(name) == 1 else ''):
            cmap[ord(character)] = name
            cmap[ord(character.lower())] = name
    font = FontBuilder(1000, isTTF=False)
    font.setupGlyphOrder(order)
    font.setupCharacterMap(cmap)
    font.setupCFF('Pennant-Heavy', {'FullName': 'Pennant Heavy', 'FamilyName': 'Pennant'}, strings, {})
    font.setupHorizontalMetrics(metrics)
    font.setupHorizontalHeader(ascent=820, descent=-180)
    font.setupNameTable({'familyName': 'Pennant', 'styleName': 'Heavy', 'licenseDescription': 'MIT, as the rest of Herald'})
    font.setupOS2(sTypoAscender=820, sTypoDescender=-180, usWinAscent=820, usWinDescent=180, usWeightClass=800, sCapHeight=700, sxHeight=700)
    font.setupPost()
    font.font['head'].created = font.font['head'].modified = 3800000000   # the same bytes at every run
    font.font.recalcTimestamp = False
    font.font.flavor = 'woff2'
    out = pathlib.Path(__file__).resolve().parent.parent / 'assets' / 'pennant.woff2'
    font.font.save(out)
    print(f'{out.name}: {out.stat().st_size} bytes, {len(order)} glyphs')


if __name__ == '__main__':
    main()
