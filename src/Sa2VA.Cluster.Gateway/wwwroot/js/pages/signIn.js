import { address, get } from '../api.js';
import { fill, h, icon } from '../dom.js';
import { begin, forget } from '../session.js';
import { setTitle } from '../router.js';

/** Asks for a key, tries it, and goes on. */
export function signIn(place, reason, done) {
  setTitle('Key');
  const problem = h('p', { class: 'field-problem', id: 'key-problem', role: 'alert' }, reason);
  const input = h('input', { class: 'input', id: 'key', type: 'password', autocomplete: 'off', spellcheck: false, required: true, 'aria-describedby': 'key-help key-problem', placeholder: 'sa2va_…' });
  const button = h('button', { class: 'button primary', type: 'submit' }, 'Open the dashboard');
  fill(place, h('form', { class: 'sign-in card', onsubmit: submit },
    h('div', { class: 'sign-in-picture' }, icon('key')),
    h('h1', { tabindex: -1 }, 'Your key'),
    h('p', { class: 'muted', id: 'key-help' }, 'It stays in this tab until you close it. Whoever runs the cluster makes keys with ', h('code', {}, 'sa2va-gateway keys add'), '.'),
    h('label', { class: 'label', for: 'key' }, 'API key'), input, problem, button));
  input.focus();

  async function submit(event) {
    event.preventDefault();
    problem.textContent = '';
    const value = input.value.trim();
    // A header holds nothing else; anything else is no key.
    if (!/^[\x21-\x7e]+$/.test(value)) return refuse('This is no key: keys look like sa2va_1a2b3c_….');
    button.disabled = true;
    begin(value);
    try {
      await get(address('jobs'));
      done();
    } catch (failure) {
      // With an unknown key the session has ended, and asks anew.
      if (failure.status === 401) return;
      forget();
      refuse(failure.status === 403 ? 'This key may not look at jobs: it needs the scope "read".' : failure.message);
    } finally {
      button.disabled = false;
    }
  }

  function refuse(text) {
    problem.textContent = text;
    input.setAttribute('aria-invalid', 'true');
    input.focus();
  }
}
