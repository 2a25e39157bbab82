// "Who is this?": choose a member of the household, or name somebody new; what was seen is then known as theirs.

import { post } from '../http.js';
import { arrange, h, setText } from '../dom.js';

const NEW = 'new';
const NOBODY_YET = { role: 'frequent_visitor', trusted_level: 'monitor' }; // until the owner says more on the page of people

/** `sighting` is what the API takes ({detection_id} or {face_id}); `ondone(member)` when it is stored. */
export function whoIs({ members, sighting, ondone, label = 'Who is this?' }) {
  const select = h('select', { 'aria-label': label, onchange: chosen });
  const name = h('input', { type: 'text', maxlength: 100, placeholder: 'Name', 'aria-label': 'Name of somebody new', autocomplete: 'off' });
  const add = h('button.button', { type: 'submit' }, 'Save');
  const fresh = h('form.who-new', { hidden: true, onsubmit: named }, name, add);
  const told = h('p.small', { role: 'status' });
  const element = h('div.who', {}, select, fresh, told);

  function show(now) {
    const options = now.map((member) => h('option', { value: member.id }, member.name));
    arrange(select, [h('option', { value: '' }, label), ...options, h('option', { value: NEW }, 'Somebody new …')]);
  }

  function chosen() {
    fresh.hidden = select.value !== NEW;
    if (select.value === NEW) name.focus();
    else if (select.value) enrol(members.find((member) => String(member.id) === select.value));
  }

  async function named(event) {
    event.preventDefault();
    const wanted = name.value.trim();
    if (!wanted) return;
    add.disabled = true;
    try {
      const member = await post('/api/household/members', { name: wanted, ...NOBODY_YET });
      members.push(member);
      show(members);
      select.value = String(member.id);
      fresh.hidden = true;
      await enrol(member);
    } catch (problem) {
      tell(problem.message, 'bad');
    } finally {
      add.disabled = false;
    }
  }

  async function enrol(member) {
    select.disabled = true;
    tell('Saving …');
    try {
      await post(`/api/household/members/${member.id}/enrol`, sighting);
      tell(`This is ${member.name}. Older pictures are matched again.`);
      ondone?.(member);
    } catch (problem) {
      tell(problem.message, 'bad');
      select.value = '';
    } finally {
      select.disabled = false;
    }
  }

  function tell(words, tone = '') {
    setText(told, words);
    told.dataset.tone = tone;
  }

  show(members);
  return { element };
}
