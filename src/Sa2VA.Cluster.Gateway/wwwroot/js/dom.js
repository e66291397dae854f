const svgSpace = 'http://www.w3.org/2000/svg';

/**
 * Makes an element. Text is always text, never markup.
 * @param {string} tag
 * @param {object} props `class`, `data`, `style` (custom properties too), `on...` listeners, properties of the element, or attributes
 * @param {...(Node|string|null|undefined|false)} children
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  setProps(element, props);
  element.append(...present(children));
  return element;
}

/** Replaces what is in an element. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

/** Sets text only when it differs, so that nothing that listens is disturbed. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets or takes away an attribute only when it differs. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/** An icon of 24 x 24 from the path data of its lines; decoration only, names are given in text. */
export function icon(name) {
  const svg = document.createElementNS(svgSpace, 'svg');
  for (const [key, value] of Object.entries({ viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true', focusable: 'false' })) svg.setAttribute(key, value);
  for (const d of icons[name]) {
    const path = document.createElementNS(svgSpace, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

function setProps(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name === 'class') element.className = value;
    else if (name === 'data') Object.assign(element.dataset, value);
    else if (name === 'style') for (const [property, one] of Object.entries(value)) element.style.setProperty(property, one);
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.startsWith('aria') && name !== 'list' && name !== 'form') element[name] = value;
    else if (value !== false) element.setAttribute(name, value === true ? '' : value);
  }
}

function present(children) {
  return children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false);
}

const icons = {
  jobs: ['M4 6h16', 'M4 12h16', 'M4 18h10'],
  submit: ['M12 5v14', 'M5 12h14'],
  cluster: ['M5 4h14v6H5z', 'M5 14h14v6H5z', 'M8.500 7h.01', 'M8.500 17h.01'],
  sun: ['M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z', 'M12 2v2', 'M12 20v2', 'M4.900 4.900l1.400 1.400', 'M17.700 17.700l1.400 1.400', 'M2 12h2', 'M20 12h2', 'M4.900 19.100l1.400-1.400', 'M17.700 6.300l1.400-1.400'],
  moon: ['M20 14.500A8.500 8.500 0 1 1 9.500 4a7 7 0 0 0 10.500 10.500z'],
  auto: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M12 3v18', 'M12 7h4', 'M12 12h8', 'M12 17h4'],
  leave: ['M10 4H5v16h5', 'M14 8l4 4-4 4', 'M18 12H9'],
  pause: ['M8 5v14', 'M16 5v14'],
  play: ['M7 4.500v15l12-7.500z'],
  stop: ['M6 6h12v12H6z'],
  retry: ['M20 11a8 8 0 1 0-2.300 6.300', 'M20 4v7h-7'],
  cancel: ['M6 6l12 12', 'M18 6L6 18'],
  back: ['M15 5l-7 7 7 7'],
  next: ['M9 5l7 7-7 7'],
  first: ['M18 5l-7 7 7 7', 'M6 5v14'],
  last: ['M6 5l7 7-7 7', 'M18 5v14'],
  film: ['M3 5h18v14H3z', 'M7 5v14', 'M17 5v14', 'M3 12h4', 'M17 12h4'],
  warn: ['M12 4l9 16H3z', 'M12 10v4', 'M12 17h.01'],
  empty: ['M4 13l2.500-8h11L20 13v6H4z', 'M4 13h5l1.500 2.500h3L15 13h5'],
  point: ['M12 3v6', 'M12 15v6', 'M3 12h6', 'M15 12h6'],
  box: ['M5 5h14v14H5z'],
  text: ['M5 6h14', 'M12 6v13'],
  download: ['M12 4v11', 'M7 11l5 5 5-5', 'M5 20h14'],
  upload: ['M12 16V5', 'M7 9l5-5 5 5', 'M5 20h14'],
  eye: ['M2 12s3.600-6.500 10-6.500S22 12 22 12s-3.600 6.500-10 6.500S2 12 2 12z', 'M12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z'],
  trash: ['M5 7h14', 'M10 7V4h4v3', 'M7 7l1 13h8l1-13'],
  undo: ['M8 5L4 9l4 4', 'M4 9h10a6 6 0 0 1 0 12h-3'],
  key: ['M14.500 9.500a4.500 4.500 0 1 0-4 4.480L12 15.500h2v2h2v2h4v-3.500l-5.520-5.500z', 'M9 8.500h.01'],
};
