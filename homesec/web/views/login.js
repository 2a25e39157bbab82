// Log in with a key.

import { post } from '../http.js';
import { h, setText } from '../dom.js';

/** `onenter(me)` is called once the key was taken. */
export function loginView({ words, onenter }) {
  const complaint = h('p.complaint', { role: 'alert' }, words);
  const field = h('input', {
    type: 'password',
    id: 'key',
    name: 'key',
    autocomplete: 'current-password',
    required: true,
    spellcheck: 'false',
    maxlength: 200,
  });
  const button = h('button.button.primary', { type: 'submit' }, 'Log in');
  const form = h(
    'form.login',
    { onsubmit: submit },
    h('img', { src: 'favicon.svg', alt: '', width: 48, height: 48 }),
    h('h1', {}, 'homesec'),
    h('p.soft', {}, 'Open the link that homesec printed when it started, or log in with a key.'),
    complaint,
    h('input', { type: 'text', name: 'username', autocomplete: 'username', value: 'homesec', hidden: true }), // for password safes
    h('label', { for: 'key' }, 'Key'),
    field,
    button,
    h(
      'p.soft.small',
      {},
      'The admin key stands in the file ',
      h('code', {}, 'admin.key'),
      ' of the data folder. ',
      'More keys: ',
      h('code', {}, 'homesec keys create'),
      '.',
    ),
  );

  async function submit(event) {
    event.preventDefault();
    setText(complaint, '');
    button.disabled = true;
    try {
      onenter(await post('/api/session', { key: field.value.trim() }));
    } catch (problem) {
      setText(complaint, problem.status === 401 ? 'This key is not known, or it was revoked.' : problem.message);
      field.select();
    } finally {
      button.disabled = false;
    }
  }

  return { element: h('main.login-page', {}, form), focus: () => field.focus() };
}
