// The colours of overlays, so that a legend here is a legend there.
const tints = [
  [230, 25, 75], [60, 180, 255], [255, 225, 25], [60, 200, 75], [245, 130, 48], [190, 70, 240],
  [70, 240, 240], [240, 50, 230], [210, 245, 60], [250, 190, 212], [0, 160, 145], [220, 190, 255],
  [170, 110, 40], [128, 128, 255], [170, 255, 195], [200, 60, 60],
];

/** The colour of the object at this place in the list, from 0: red, green, blue. */
export const tint = place => tints[place % tints.length];

/** The same for style sheets. */
export const css = place => `rgb(${tint(place).join(' ')})`;
