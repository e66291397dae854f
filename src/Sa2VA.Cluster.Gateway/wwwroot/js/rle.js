// COCO's run lengths: the picture column by column, runs of pixels outside and inside by turns, the first one outside.

const bitsPerCharacter = 5;
const mostCharacters = 6;

/**
 * The runs that a compressed string stands for. Each number is written in groups of five bits, the lowest first; from the fourth on it is the
 * difference to the one two before.
 * @param {string} counts
 * @returns {number[]}
 * @throws {RangeError} it is none
 */
export function runsOf(counts) {
  const runs = [];
  for (let at = 0; at < counts.length;) {
    let value = 0;
    for (let group = 0, more = true; more; group++) {
      const character = counts.charCodeAt(at++) - 48;
      if (!(character >= 0 && character < 64) || group >= mostCharacters) throw new RangeError(`These are no run lengths: '${counts.slice(0, 40)}', at ${at - 1}.`);
      value |= (character & 0x1f) << (bitsPerCharacter * group);
      more = (character & 0x20) !== 0;
      if (!more && (character & 0x10)) value |= -1 << (bitsPerCharacter * (group + 1));
    }
    runs.push(runs.length > 2 ? value + runs.at(-2) : value);
  }
  return runs;
}

/**
 * A mask from its compressed run lengths.
 * @returns {Uint8Array} row by row, 1 inside
 * @throws {RangeError} they do not fit the size
 */
export function decode(counts, height, width) {
  const mask = new Uint8Array(height * width);
  let position = 0;
  runsOf(counts).forEach((length, number) => {
    const end = position + length;
    if (length < 0 || end > mask.length) throw new RangeError(`The run lengths do not fit ${width} x ${height} pixels.`);
    if (number % 2 === 1) for (; position < end; position++) mask[(position % height) * width + Math.floor(position / height)] = 1;
    position = end;
  });
  if (position !== mask.length) throw new RangeError(`The run lengths fill ${position} of ${width} x ${height} pixels.`);
  return mask;
}
