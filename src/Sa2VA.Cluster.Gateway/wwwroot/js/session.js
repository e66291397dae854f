// The key lives in this tab only, until it is closed. It is never part of an address, as addresses end up in logs and histories.
const place = 'sa2va.key';

/** Tells of 'ended', with the reason in `detail`. */
export const session = new EventTarget();

export const key = () => sessionStorage.getItem(place);

export function begin(value) {
  sessionStorage.setItem(place, value);
}

/** Forgets the key without telling anyone: it was only tried. */
export function forget() {
  sessionStorage.removeItem(place);
}

export function end(reason = '') {
  forget();
  session.dispatchEvent(new CustomEvent('ended', { detail: reason }));
}
