import { decode } from '../rle.js';
import { tint } from '../palette.js';

const fillAlpha = 118;
const edgeAlpha = 255;

/**
 * Paints the masks of one frame: tinted, with an edge, later objects over earlier ones.
 * @param {CanvasRenderingContext2D} context of a canvas in the video's size
 * @param {{counts: string, place: number}[]} masks
 */
export function paintMasks(context, masks) {
  const { width, height } = context.canvas;
  const picture = context.createImageData(width, height);
  for (const { counts, place } of masks) paintOne(picture.data, decode(counts, height, width), width, height, tint(place));
  context.putImageData(picture, 0, 0);
}

function paintOne(pixels, mask, width, height, [red, green, blue]) {
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (!mask[at]) continue;
      const isInside = x > 0 && x < width - 1 && y > 0 && y < height - 1 && mask[at - 1] && mask[at + 1] && mask[at - width] && mask[at + width];
      const pixel = 4 * at;
      pixels[pixel] = red;
      pixels[pixel + 1] = green;
      pixels[pixel + 2] = blue;
      pixels[pixel + 3] = isInside ? fillAlpha : edgeAlpha;
    }
  }
}

/** Which of the masks has this pixel; the topmost one. */
export function maskAt(masks, x, y, height, width) {
  return masks.findLast(({ counts }) => decode(counts, height, width)[y * width + x] === 1);
}
