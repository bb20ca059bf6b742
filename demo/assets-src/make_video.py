#!/usr/bin/python3
"""Makes ../assets/banner.webm: eight seconds of a waving banner with the running second on it, so that a seek can be seen.

A key frame each second keeps seeking exact, and the index stands before the pictures ("cues to front"), so a browser
needs one range request for a jump. Needs ffmpeg, python3-numpy and python3-fonttools.
"""
import pathlib
import subprocess
import tempfile

import numpy
from fontTools.ttLib import TTFont

OUT = pathlib.Path(__file__).resolve().parent.parent / 'assets'
WIDTH, HEIGHT, RATE, SECONDS = 480, 270, 20, 8
AZURE, OR, SABLE = (numpy.array(c, dtype=float) for c in ((36, 84, 224), (246, 184, 0), (20, 22, 36)))


def frame(number):
    t = number / RATE
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
    swing = 2 * numpy.pi * (t / 2 - x  / 315)
    lift = 12 * numpy.sin(swing) * (x / WIDTH)
    v = y - HEIGHT / 2 - lift                     # height on the cloth
    tail = WIDTH - 30 - 80 * (1 - numpy.abs(v) / 100)   # the swallowtail
    cloth = (numpy.abs(v) < 100) & (x < tail) & (x > 24)
    stripe = ((x * .8 + numpy.abs(v) - t * 60) % 120) < 60
    light = 1 + .16 * numpy.cos(swing) * (x / WIDTH)
    colour = numpy.where(stripe[..., None], AZURE, OR) * light[..., None]
    picture = numpy.where(cloth[..., None], colour, SABLE)
    picture[:, 14:24] = (200, 204, 220)
    return numpy.clip(picture, 0, 255).astype(numpy.uint8).tobytes()


def main():
    with tempfile.TemporaryDirectory() as temporary:
        font = TTFont(OUT / 'pennant.woff2')
        font.flavor = None
        face = pathlib.Path(temporary, 'pennant.otf')
        font.save(face)
        text = (f'drawtext=fontfile={face}:fontsize=72:fontcolor=white:borderw=8:bordercolor=0x141624:'
                r"x=48:y=(h-50)/2:text='%{eif\:floor(t)\:d}.%{eif\:floor(mod(t*10\,10))\:d}'")
        command = ['ffmpeg', '-y', '-loglevel', 'error', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', f'{WIDTH}x{HEIGHT}', '-r', str(RATE), '-i', '-',
                   '-vf', text, '-c:v', 'libvpx-vp9', '-b:v', '0', '-crf', '54', '-g', str(RATE), '-pix_fmt', 'yuv420p', '-deadline', 'good', '-cpu-used', '1',
                   '-row-mt', '1', '-cues_to_front', '1', '-fflags', '+bitexact', '-an', OUT / 'banner.webm']
        encoder = subprocess.Popen(command, stdin=subprocess.PIPE)
        for number in range(RATE * SECONDS):
            encoder.stdin.write(frame(number))
        encoder.stdin.close()
        if encoder.wait() != 0:
            raise SystemExit('ffmpeg failed')
    print('banner.webm:', (OUT / 'banner.webm').stat().st_size, 'bytes')


if __name__ == '__main__':
    main()
