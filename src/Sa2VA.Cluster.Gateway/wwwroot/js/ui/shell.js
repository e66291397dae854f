import { fill, h, icon, setAttribute } from '../dom.js';
import { end } from '../session.js';

const places = [['/jobs', 'Jobs', 'jobs'], ['/submit', 'Submit', 'submit'], ['/cluster', 'Cluster', 'cluster']];
const themes = { auto: ['auto', 'System'], light: ['sun', 'Light'], dark: ['moon', 'Dark'] };

/** The main navigation, with the place that a path belongs to marked; null hides it. */
export function showNavigation(path) {
  const nav = document.getElementById('nav');
  nav.hidden = path === null;
  if (nav.childElementCount === 0)
    nav.append(...places.map(([to, name, picture]) => h('a', { href: `#${to}`, data: { place: to } }, icon(picture), h('span', {}, name))));
  for (const link of nav.children) {
    const isHere = path === link.dataset.place || path?.startsWith(`${link.dataset.place}/`) || (link.dataset.place === '/jobs' && path?.startsWith('/videos/'));
    setAttribute(link, 'aria-current', isHere ? 'page' : null);
  }
}

/** What stands at the other end of the header: the theme, and the way out for who is in. */
export function showTools(isIn) {
  fill(document.getElementById('tools'), themeButton(),
    isIn && h('button', { class: 'button quiet', type: 'button', onclick: () => end() }, icon('leave'), h('span', { class: 'wide-only' }, 'Forget key'), h('span', { class: 'narrow-only hidden-text' }, 'Forget key')));
}

function themeButton() {
  const button = h('button', { class: 'button quiet square', type: 'button', onclick: change });
  show();
  return button;

  function change() {
    const names = Object.keys(themes);
    const next = names[(names.indexOf(chosen()) + 1) % names.length];
    localStorage.setItem('sa2va.theme', next);
    if (next === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    show();
    dispatchEvent(new Event('themechange'));
  }

  function show() {
    const [picture, name] = themes[chosen()];
    fill(button, icon(picture));
    button.setAttribute('aria-label', `Theme: ${name}`);
    button.title = `Theme: ${name}`;
  }
}

const chosen = () => document.documentElement.dataset.theme ?? 'auto';
