#!/usr/bin/python3
"""Draws the demo's pictures: ../assets/roll.avif (a roll of arms), ../favicon.svg, ../assets/icon-192.png and icon-512.png.

The shields use heraldry's tinctures and, over them, the hatching that stands for each tincture in print (dots are gold,
horizontal lines blue, vertical lines red, ...): the same code the page uses in its waterfall.
Needs librsvg2-bin (rsvg-convert) and libavif-bin (avifenc).
"""
import pathlib
import subprocess
import tempfile

OUT = pathlib.Path(__file__).resolve().parent.parent
SHIELD = 'M4 4H96V58C96 88 74 106 50 116C26 106 4 88 4 58Z'
TINCTURE = {'or': '#f6b800', 'gules': '#d92840', 'azure': '#2454e0', 'vert': '#0b8a5c', 'purpure': '#7c42a8', 'sable': '#23253a', 'argent': '#e9ebf5'}
HATCH = {  # pattern content in a 8x8 tile
    'or': '<circle cx="2" cy="2" r="1"/><circle cx="6" cy="6" r="1"/>',
    'gules': '<path d="M2 0V8M6 0V8"/>',
    'azure': '<path d="M0 2H8M0 6H8"/>',
    'vert': '<path d="M-2 -2L10 10M-2 6L2 10M6 -2L10 2"/>',
    'purpure': '<path d="M10 -2L-2 10M2 -2L-2 2M10 6L6 10"/>',
    'sable': '<path d="M0 2H8M0 6H8M2 0V8M6 0V8"/>',
    'argent': '',
}
SHAPES = {
    'plain': '',
    'pale': 'M34 0H66V120H34Z',
    'fess': 'M0 38H100V72H0Z',
    'bend': 'M0 0H26L100 86V120H94L0 26Z',
    'chevron': 'M50 34L100 84V118L50 68L0 118V84Z',
    'cross': 'M38 0H62V40H100V64H62V120H38V64H0V40H38Z',
    'saltire': 'M0 0H18L50 38L82 0H100V14L66 54L100 94V112L84 112L50 72L16 112H0V94L34 54L0 14Z',
    'chief': 'M0 0H100V38H0Z',
    'per-pale': 'M50 0H100V120H50Z',
    'per-bend': 'M0 0H100V110Z',
    'quarterly': 'M50 0H100V54H50ZM0 54H50V120H0Z',
    'pile': 'M10 0H90L50 92Z',
    'pennants': 'M20 22H84L68 32L84 42H20ZM20 54H84L68 64L84 74H20Z',
    'chequy': ''.join(f'M{x} {y}h25v25h-25z' for i, x in enumerate(range(0, 100, 25)) for j, y in enumerate(range(4, 120, 25)) if (i + j) % 2),
    'barry': ''.join(f'M0 {y}H100V{y + 15}H0Z' for y in range(4, 120, 30)),
    'gyronny': 'M50 50L0 0H50ZM50 50L100 0V50ZM50 50L100 100V120H50ZM50 50L0 104V50Z',
}
ROLL = [
    ('azure', 'chevron', 'or'), ('or', 'pale', 'gules'), ('argent', 'saltire', 'azure'), ('gules', 'pennants', 'argent'), ('sable', 'bend', 'or'),
    ('vert', 'chief', 'argent'), ('azure', 'per-pale', 'argent'), ('or', 'pile', 'sable'), ('argent', 'chequy', 'gules'), ('purpure', 'fess', 'or'),
    ('gules', 'cross', 'argent'), ('argent', 'per-bend', 'vert'), ('or', 'gyronny', 'azure'), ('sable', 'chevron', 'argent'), ('azure', 'barry', 'argent'),
    ('or', 'quarterly', 'purpure'), ('vert', 'pennants', 'or'), ('gules', 'per-bend', 'or'), ('argent', 'pale', 'sable'), ('azure', 'saltire', 'or'),
]


def layer(tincture, shape_attribute):
    return (f'<g fill="{TINCTURE[tincture]}">{shape_attribute}</g>'
            f'<g fill="url(#{tincture})">{shape_attribute}</g>')


def shield(field, shape, charge):
    return (layer(field, f'<path d="{SHIELD}"/>') +
            (f'<g clip-path="url(#shield)">{layer(charge, f"""<path d="{SHAPES[shape]}"/>""")}</g>' if SHAPES[shape] else ''))


def defs(strength):
    patterns = ''.join(f'<pattern id="{name}" width="8" height="8" patternUnits="userSpaceOnUse"><g fill="#000" stroke="#000" '
                       f'stroke-width="{0 if name == "or" else 1.1}" opacity="{strength * (1.6 if name == "sable" else 1)}">{art}</g></pattern>' for name, art in HATCH.items())
    return f'<defs><clipPath id="shield"><path d="{SHIELD}"/></clipPath>{patterns}</defs>'


def svg(width, height, body, view=None, strength=.22):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {view or f"{width} {height}"}">'
            f'{defs(strength)}{body}</svg>')


def main():
    columns, step_x, step_y = 5, 120, 136
    places = [(i % columns, i // columns) for i in range(len(ROLL))]
    body = ''.join(f'<g transform="translate({10 + x * step_x} {8 + y * step_y})">{shield(*arms)}</g>' for (x, y), arms in zip(places, ROLL))
    roll = svg(1200, 1088, body, view='600 544')
    icon = svg(120, 120, f'<g transform="translate(10 0)">{shield("azure", "pennants", "or")}</g>', strength=.12)
    (OUT / 'favicon.svg').write_text(icon + '\n')
    with tempfile.TemporaryDirectory() as temporary:
        source, png = pathlib.Path(temporary, 'a.svg'), pathlib.Path(temporary, 'a.png')
        source.write_text(roll)
        subprocess.run(['rsvg-convert', '-o', png, source], check=True)
        subprocess.run(['avifenc', '--min', '22', '--max', '34', '-s', '2', '-j', '2', png, OUT / 'assets' / 'roll.avif'], check=True, stdout=subprocess.DEVNULL)
        source.write_text(icon)
        for size in (192, 512):
            subprocess.run(['rsvg-convert', '-w', str(size), '-h', str(size), '-o', OUT / 'assets' / f'icon-{size}.png', source], check=True)


if __name__ == '__main__':
    main()
