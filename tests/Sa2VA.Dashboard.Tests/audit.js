// What a page must have so that everybody can use it (WCAG 2.2 AA, as far as it can be computed). Returns what is wrong, in words.
() => {
  const wrong = [];
  const all = [...document.querySelectorAll('body *')];
  const isShown = element => element.checkVisibility({ visibilityProperty: true, opacityProperty: false });
  const shown = all.filter(isShown);
  const isForReaders = element => element.closest('[aria-hidden=true]') === null;
  const named = element => `<${element.tagName.toLowerCase()}${element.id ? ` id=${element.id}` : ''} class=${element.getAttribute('class') ?? ''}> '${(element.textContent ?? '').trim().slice(0, 40)}'`;
  const say = (what, element) => wrong.push(element ? `${what}: ${named(element)}` : what);

  // The document
  if (!document.documentElement.lang) say('the page has no language');
  if (!document.title) say('the page has no title');
  const ids = all.map(element => element.id).filter(Boolean);
  for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at))) say(`two elements have the id '${id}'`);
  for (const element of shown) {
    for (const name of ['aria-labelledby', 'aria-describedby', 'for']) {
      for (const id of (element.getAttribute(name) ?? '').split(/\s+/).filter(Boolean)) if (!document.getElementById(id)) say(`${name} names '${id}', which is not there`, element);
    }
  }

  // Landmarks: one main, one header, and everything that can be read in one of them
  const landmarks = 'main, header, nav, aside, footer, [role=region], [role=status], [role=alert], dialog, .skip';
  for (const [selector, name] of [['main', 'main'], ['body > header', 'header']]) if (document.querySelectorAll(selector).length !== 1) say(`there is not exactly one ${name}`);
  for (const element of shown) if (element.closest(landmarks) === null && !element.querySelector(landmarks) && element.tagName !== 'NOSCRIPT') say('outside of all landmarks', element);
  const navs = shown.filter(element => element.tagName === 'NAV');
  for (const nav of navs) if (!nameOf(nav)) say('navigation without a name', nav);
  if (new Set(navs.map(nameOf)).size !== navs.length) say('two navigations have the same name');

  // Headings: one of the first level, none skipped
  const levels = shown.filter(element => /^H[1-6]$/.test(element.tagName));
  if (levels.filter(element => element.tagName === 'H1').length !== 1) say('there is not exactly one heading of the first level');
  levels.reduce((before, element) => {
    const level = Number(element.tagName[1]);
    if (level > before + 1) say(`a heading of level ${level} follows one of level ${before}`, element);
    return level;
  }, 0);

  // Lists hold items only
  for (const list of shown.filter(element => /^(UL|OL)$/.test(element.tagName))) if ([...list.children].some(child => child.tagName !== 'LI')) say('a list with something that is no item', list);

  // Controls: a name, a size, a place in the order of the document
  const controls = shown.filter(element => element.matches('a[href], button, input, select, textarea, summary, [tabindex="0"]') && isForReaders(element));
  for (const control of controls) {
    if (!nameOf(control)) say('a control without a name', control);
    if (control.tabIndex > 0) say('a control with a place of its own in the order', control);
    const box = control.getBoundingClientRect();
    const isInText = control.tagName === 'A' && getComputedStyle(control).display === 'inline';
    const hasLabel = control.labels?.length > 0 && [...control.labels].some(label => label.getBoundingClientRect().height >= 24);
    if (!isInText && !hasLabel && !control.matches('.skip, .hidden-text') && (box.width < 24 || box.height < 24)) say(`a target of ${Math.round(box.width)} x ${Math.round(box.height)}`, control);
  }
  for (const picture of shown.filter(element => element.matches('[role=img], [role=progressbar], [role=application], [role=group]'))) if (!nameOf(picture)) say(`a ${picture.getAttribute('role')} without a name`, picture);
  for (const picture of shown.filter(element => element.matches('svg, img, canvas') && isForReaders(element))) if (!nameOf(picture)) say('a picture without words', picture);

  // Contrast of every text with what is behind it
  const painter = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  for (const element of shown) {
    const text = [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.textContent.trim()).join('');
    if (text === '' || element.closest('.hidden-text, .skip, noscript') || element.closest(':disabled')) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const ratio = contrast(style.color, groundOf(element));
    if (ratio < needed) say(`a contrast of ${ratio.toFixed(2)}, of ${style.color}`, element);
  }
  for (const field of shown.filter(element => element.matches('input:not([type=range], [type=file]), select, textarea'))) {
    if (field.matches('[type=checkbox], [type=radio]')) continue;
    const ratio = contrast(getComputedStyle(field).borderTopColor, groundOf(field.parentElement));
    if (ratio < 3) say(`the edge of a field with a contrast of ${ratio.toFixed(2)}`, field);
  }

  // Nothing sticks out
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (over > 0) say(`${over} pixels stick out on the right`, shown.filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1).at(-1));
  return wrong;

  // As far as our pages go: labels, references, contents.
  function nameOf(element) {
    const referred = (element.getAttribute('aria-labelledby') ?? '').split(/\s+/).filter(Boolean).map(id => document.getElementById(id)?.textContent ?? '').join(' ').trim();
    return referred || element.getAttribute('aria-label')?.trim() || [...(element.labels ?? [])].map(label => label.textContent).join(' ').trim()
      || (element.matches('a, button, summary, h1, h2, h3') ? element.textContent.trim() : '') || element.getAttribute('title') || '';
  }

  function contrast(ink, ground) {
    const [a, b] = [luminance(mixed(rgba(ink), ground)), luminance(ground)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }

  function groundOf(element) {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const colour = rgba(getComputedStyle(one).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reduceRight((below, colour) => mixed(colour, below), [255, 255, 255, 1]);
  }

  function mixed([red, green, blue, alpha], below) {
    return [red, green, blue].map((value, at) => value * alpha + below[at] * (1 - alpha)).concat(1);
  }

  function rgba(colour) {
    painter.clearRect(0, 0, 1, 1);
    painter.fillStyle = colour;
    painter.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = painter.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }

  function luminance(colour) {
    const [red, green, blue] = colour.map(value => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }
}
