// One member of the household or known person: how they look, when they were here, and by what they are known.

import { get, patch, post, remove } from '../http.js';
import { arrange, h, picture, setText } from '../dom.js';
import { icon } from '../icons.js';
import { time } from '../times.js';
import { ROLES, TRUST, memberForm } from './member_form.js';

const FACES = 'faces';

/** `person` is a member, or a known person who is none (`role` missing); `onchange()` asks for the list anew. */
export function personCard({ person, mayErase, onchange }) {
  const isMember = Boolean(person.role);
  const personId = isMember ? person.known_person_id : person.id;
  const portrait = h('span.portrait', { 'aria-hidden': 'true' }, icon('person'));
  const looks = h('ul.looks');
  const none = h('p.soft.small', { hidden: true }, 'Not known by sight yet: open an event that shows them and say who it is.');
  const told = h('p.complaint', { role: 'alert' });
  const more = h('div.person-more', { hidden: true });
  const element = h(
    'li.card.person',
    { 'data-person': personId },
    h(
      'div.person-head',
      {},
      portrait,
      h(
        'div.person-words',
        {},
        h('h3', {}, person.name),
        h('p.soft.small', {}, isMember ? `${ROLES[person.role]} · ${TRUST[person.trusted_level]}` : 'Known, not of the household'),
        person.typical_schedule && h('p.soft.small', {}, `Usually here ${person.typical_schedule}`),
        h('p.small', {}, person.last_seen_at ? ['Last seen ', time(person.last_seen_at, 'ago')] : 'Not seen yet'),
      ),
    ),
    person.notes && h('p.small.notes', {}, person.notes),
    looks,
    none,
    h(
      'div.person-ways',
      {},
      h('button.quiet', { type: 'button', onclick: edit }, isMember ? 'Edit' : 'Add to the household'),
      isMember && h('button.quiet', { type: 'button', onclick: () => act(leave) }, 'Not of the household'),
      mayErase && h('button.quiet.danger', { type: 'button', onclick: askToErase }, 'Erase …'),
    ),
    more,
    told,
  );

  async function read() {
    const [faces, bodies] = await Promise.all([
      get(`/api/persons/${personId}/faces`),
      isMember ? get(`/api/household/members/${person.id}/bodies`) : { items: [] },
    ]);
    const all = [...faces.items.map((one) => [FACES, one]), ...bodies.items.map((one) => ['bodies', one])];
    arrange(looks, all.map(([kind, one]) => look(kind, one)));
    none.hidden = all.length > 0;
    const shown = all.find(([, one]) => one.has_picture);
    if (shown) arrange(portrait, [picture({ src: `${pathOf(...shown)}/picture` })]);
  }

  function pathOf(kind, { id }) {
    const owner = kind === FACES ? `/api/persons/${personId}` : `/api/household/members/${person.id}`;
    return `${owner}/${kind}/${id}`;
  }

  function look(kind, one) {
    const path = pathOf(kind, one);
    const words = kind === FACES ? 'face' : 'look';
    const drop = async () => {
      await remove(path);
      await read();
    };
    return h(
      'li.look',
      {},
      one.has_picture ? picture({ src: `${path}/picture`, alt: `A ${words} of ${person.name}` }) : icon('person'),
      h('button.look-drop', { type: 'button', 'aria-label': `Forget this ${words}`, title: `This is not ${person.name}: forget this ${words}`, onclick: () => act(drop) }, '×'),
    );
  }

  function edit() {
    const form = memberForm({
      member: isMember ? person : { ...person, role: 'family', trusted_level: 'partial' },
      oncancel: close,
      async onsave(values) {
        if (isMember) await patch(`/api/household/members/${person.id}`, values);
        else await post('/api/household/members', { ...values, known_person_id: person.id });
        onchange();
      },
    });
    open(form.element);
    form.focus();
  }

  function askToErase() {
    const yes = h('button.button.danger', { type: 'button', onclick: () => act(erase) }, `Erase ${person.name} for good`);
    open(
      h(
        'div.confirm',
        { role: 'group', 'aria-label': 'Erase' },
        h('p', {}, `The name, faces and looks of ${person.name} are erased everywhere, also from what was written about past events. Pictures of events stay until their time is over. This cannot be undone.`),
        h('div.choices', {}, yes, h('button.button', { type: 'button', onclick: close }, 'Keep')),
      ),
    );
    yes.focus();
  }

  async function erase() {
    await post(`/api/persons/${personId}/erase`);
    onchange();
  }

  async function leave() {
    await remove(`/api/household/members/${person.id}`);
    onchange();
  }

  function open(...nodes) {
    arrange(more, nodes);
    more.hidden = false;
  }

  function close() {
    more.hidden = true;
    arrange(more, []);
  }

  async function act(what) {
    setText(told, '');
    try {
      await what();
    } catch (problem) {
      setText(told, problem.message);
    }
  }

  act(read);
  return element;
}
