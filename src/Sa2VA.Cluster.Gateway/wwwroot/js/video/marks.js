import { h, setAttribute, setText } from '../dom.js';
import { maskAt } from './maskPainter.js';

const nudge = 1;
const leap = 10;
const smallestBox = 3;

/**
 * Where somebody points on a frame: clicks on an object or off it, or a box, by pointer or by keys. The picture takes the focus; arrows move a
 * cross (with Shift ten pixels at a time), Enter marks, Backspace takes the last mark back, Escape all of them.
 * @param {import('./view.js').View} view
 * @param {Element} place the stage
 * @param {() => void} begun is told when somebody begins to point
 */
export function marks(view, place, begun) {
  const told = new EventTarget();
  let mode = null;
  let frame = null;
  let points = [];
  let box = null;
  let corner = null;
  let cross = null;
  // Of the video, in pixels; marks are in them, and drawn as fine as the screen is.
  let [width, height] = [1, 1];
  const canvas = h('canvas', { class: 'layer', 'aria-hidden': 'true', data: { layer: 'marks' } });
  const heard = h('p', { class: 'hidden-text', role: 'status' });
  const ground = h('div', {
    class: 'pointing', tabindex: 0, hidden: true, role: 'application', 'aria-roledescription': 'picture', 'aria-describedby': 'pointing-help', data: { marking: '' },
    onkeydown: keys, onpointerdown: press, onpointermove: move, onpointerup: release, onfocus: draw, onblur: draw,
  });
  place.append(canvas, ground, heard);
  new ResizeObserver(draw).observe(place);
  view.addEventListener('track', resize);
  view.addEventListener('step', () => {
    draw();
    name();
  });
  return {
    told,
    get mode() { return mode; },
    /** What is pointed at; null when nothing is. */
    get value() {
      return points.length === 0 && !box ? null : { frame, ...(points.length > 0 ? { points: points.map(({ x, y, isOn }) => (isOn ? [x, y] : [x, y, 0])) } : {}), ...(box ? { box } : {}) };
    },
    use,
    clear,
    undo,
  };

  /** Begins to point with 'on', 'off' or 'box'; null ends it. */
  function use(wanted) {
    mode = wanted;
    corner = null;
    ground.hidden = mode === null;
    if (mode !== null) begun();
    name();
    draw();
  }

  function name() {
    const what = { on: 'Marking an object', off: 'Marking what is not the object', box: 'Drawing a box' }[mode];
    setAttribute(ground, 'aria-label', `${what ?? 'Picture'}, frame ${view.frame}`);
  }

  function clear() {
    [points, box, corner, frame] = [[], null, null, null];
    changed('Nothing is marked.');
  }

  function undo() {
    if (corner) corner = null;
    else if (points.length > 0) points.pop();
    else box = null;
    if (points.length === 0 && !box) frame = null;
    changed('The last mark is taken back.');
  }

  function mark({ x, y }) {
    // Marks are of one frame: on another one they begin anew.
    if (frame !== view.frame) [points, box, frame] = [[], null, view.frame];
    if (mode === 'box') return markCorner({ x, y });
    points.push({ x, y, isOn: mode === 'on' });
    return changed(`Marked ${mode === 'on' ? 'on the object' : 'off the object'} at ${x}, ${y}.`);
  }

  function markCorner(at) {
    if (!corner) {
      corner = at;
      return changed(`Corner of the box at ${at.x}, ${at.y}. Mark the opposite one.`);
    }
    return finishBox(at);
  }

  function finishBox(at) {
    const found = [Math.min(corner.x, at.x), Math.min(corner.y, at.y), Math.max(corner.x, at.x), Math.max(corner.y, at.y)];
    corner = null;
    if (found[2] - found[0] < smallestBox || found[3] - found[1] < smallestBox) return changed('That box is too small.');
    box = found;
    return changed(`Box from ${box[0]}, ${box[1]} to ${box[2]}, ${box[3]}.`);
  }

  function changed(text) {
    setText(heard, text);
    draw();
    told.dispatchEvent(new Event('changed'));
  }

  function press(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    ground.focus({ preventScroll: true });
    cross = null;
    ground.setPointerCapture(event.pointerId);
    if (mode !== 'box') mark(pixel(event));
    else {
      if (frame !== view.frame) [points, box, frame] = [[], null, view.frame];
      corner = pixel(event);
    }
    draw();
  }

  function move(event) {
    if (mode !== 'box' || !corner || !ground.hasPointerCapture(event.pointerId)) return;
    cross = pixel(event);
    draw();
  }

  function release(event) {
    if (mode !== 'box' || !corner || !ground.hasPointerCapture(event.pointerId)) return;
    cross = null;
    finishBox(pixel(event));
  }

  function keys(event) {
    const by = event.shiftKey ? leap : nudge;
    const steps = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] }[event.key];
    if (steps) moveCross(...steps);
    else if (event.key === 'Enter' || event.key === ' ') mark(cross ??= middle());
    else if (event.key === 'Backspace' || event.key === 'Delete') undo();
    else if (event.key === 'Escape') clear();
    else if (event.key === ',' || event.key === '.') view.go(view.step + (event.key === '.' ? 1 : -1));
    else return;
    event.preventDefault();
  }

  function moveCross(right, down) {
    const from = cross ?? middle();
    cross = { x: Math.min(Math.max(0, from.x + right), width - 1), y: Math.min(Math.max(0, from.y + down), height - 1) };
    const under = maskAt(view.masks() ?? [], cross.x, cross.y, height, width);
    setText(heard, `${cross.x}, ${cross.y}${under ? `, on ${under.object.label}` : ''}`);
    draw();
  }

  function middle() {
    return { x: Math.floor(width / 2), y: Math.floor(height / 2) };
  }

  function pixel(event) {
    const bounds = ground.getBoundingClientRect();
    const at = (value, start, size, pixels) => Math.min(Math.max(0, Math.floor((value - start) / size * pixels)), pixels - 1);
    return { x: at(event.clientX, bounds.left, bounds.width, width), y: at(event.clientY, bounds.top, bounds.height, height) };
  }

  function resize() {
    if (view.found.width === width && view.found.height === height) return;
    ({ width, height } = view.found);
    draw();
  }

  function draw() {
    const scale = devicePixelRatio || 1;
    // Setting its size clears it.
    Object.assign(canvas, { width: Math.round(place.clientWidth * scale), height: Math.round(place.clientHeight * scale) });
    if (mode === null) return;
    const context = canvas.getContext('2d');
    context.scale(canvas.width / width, canvas.height / height);
    // A pixel of the screen, in pixels of the video.
    const unit = width / Math.max(1, place.clientWidth);
    if (frame === view.frame) {
      for (const { x, y, isOn } of points) drawPoint(context, x + 0.5, y + 0.5, isOn, unit);
      const open = corner && cross ? [Math.min(corner.x, cross.x), Math.min(corner.y, cross.y), Math.max(corner.x, cross.x), Math.max(corner.y, cross.y)] : null;
      for (const one of [box, open]) if (one) drawBox(context, one, unit);
      if (corner) drawPoint(context, corner.x + 0.5, corner.y + 0.5, true, unit);
    }
    if (document.activeElement === ground && (cross || ground.matches(':focus-visible'))) drawCross(context, cross ?? middle(), unit);
  }
}

function drawPoint(context, x, y, isOn, unit) {
  context.beginPath();
  context.arc(x, y, 7 * unit, 0, 2 * Math.PI);
  context.fillStyle = isOn ? '#17a673' : '#d3302f';
  context.fill();
  outlined(context, unit, () => {
    context.moveTo(x - 3.5 * unit, y);
    context.lineTo(x + 3.5 * unit, y);
    if (!isOn) return;
    context.moveTo(x, y - 3.5 * unit);
    context.lineTo(x, y + 3.5 * unit);
  });
  context.beginPath();
  context.arc(x, y, 7 * unit, 0, 2 * Math.PI);
  context.lineWidth = 1.5 * unit;
  context.strokeStyle = '#fff';
  context.stroke();
}

function drawBox(context, [left, top, right, bottom], unit) {
  outlined(context, unit, () => context.rect(left, top, right - left, bottom - top));
}

function drawCross(context, { x, y }, unit) {
  outlined(context, unit, () => {
    for (const [across, down] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 0.5 + across * 4 * unit, y + 0.5 + down * 4 * unit);
      context.lineTo(x + 0.5 + across * 15 * unit, y + 0.5 + down * 15 * unit);
    }
  });
}

// White on black can be seen on any picture.
function outlined(context, unit, path) {
  context.beginPath();
  path();
  context.lineWidth = 4 * unit;
  context.strokeStyle = 'rgb(0 0 0 / 70%)';
  context.stroke();
  context.lineWidth = 1.8 * unit;
  context.strokeStyle = '#fff';
  context.stroke();
}
