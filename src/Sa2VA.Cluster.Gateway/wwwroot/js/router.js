/**
 * Shows the page that the part of the address behind '#' names. Each page gets a signal that ends when it is left: everything it started ends with it.
 * @param {[RegExp, (place: Element, match: string[], query: URLSearchParams, signal: AbortSignal) => string][]} routes pages return their titles
 * @param {Element} place
 * @param {(path: string) => void} shown
 */
export function route(routes, place, shown) {
  let leave = new AbortController();
  let isFirst = true;
  addEventListener('hashchange', show);
  return { show, close: () => leave.abort() };

  function show() {
    const [path, query] = location.hash.slice(1).split('?');
    const found = routes.map(([pattern, page]) => [path.match(pattern), page]).find(([match]) => match);
    if (!found) return location.replace('#/jobs');
    leave.abort();
    leave = new AbortController();
    place.replaceChildren();
    const [match, page] = found;
    setTitle(page(place, match.slice(1).map(decodeURIComponent), new URLSearchParams(query), leave.signal));
    shown(path);
    scrollTo(0, 0);
    // After a move within the dashboard the reader begins at the new page's heading; at the very first the browser's own beginning is right.
    if (!isFirst) place.querySelector('h1')?.focus();
    isFirst = false;
  }
}

/** Names the page in the window's title. */
export function setTitle(title) {
  document.title = `${title} · Sa2VA`;
}
