// The people of the household: who belongs to it, by what they are known, their vehicles, and strangers.

import { Problem, getPatiently, post } from '../http.js';
import { arrange, h } from '../dom.js';
import { emptiness, notice, problemWords } from '../parts.js';
import { memberForm } from './member_form.js';
import { personCard } from './person_card.js';
import { strangersCard } from './strangers.js';
import { vehiclesCard } from './vehicles.js';

export function peopleView({ live }) {
  const { me, cameras } = live;
  const maySee = live.mayChange && me.cameras === null;
  const ending = new AbortController();
  const trouble = h('div');
  const place = h('div');
  const grid = h('ul.people');
  const nothing = h('div');
  const vehicles = vehiclesCard();
  const strangers = strangersCard({ cameras, onnamed: () => setTimeout(read, 1500) });
  const add = h('button.button.primary', { type: 'button', onclick: open }, 'Add a person');
  const element = h(
    'section.page.people-page',
    {},
    h('div.page-head', {}, h('h1', {}, 'People'), maySee && add),
    trouble,
    maySee && [place, grid, nothing, h('div.people-more', {}, vehicles.element, strangers.element)],
  );

  async function read() {
    try {
      const onwait = (problem) => arrange(trouble, [notice('bad', problemWords(problem))]);
      const asked = { query: { limit: 200 }, signal: ending.signal, onwait };
      const [members, persons] = await Promise.all([
        getPatiently('/api/household/members', asked),
        getPatiently('/api/persons', asked),
      ]);
      arrange(trouble, []);
      arrange(place, []);
      const byName = (one, other) => one.name.localeCompare(other.name);
      const others = persons.items.filter(({ member_id: member }) => member === null);
      const all = [...members.items.sort(byName), ...others.sort(byName)];
      const mayErase = me.role === 'admin';
      arrange(grid, all.map((person) => personCard({ person, mayErase, onchange: read })));
      arrange(nothing, all.length ? [] : [nobodyYet()]);
      await Promise.all([vehicles.read(members.items), strangers.read(members.items)]);
    } catch (problem) {
      if (problem instanceof Problem) arrange(trouble, [notice('bad', problemWords(problem))]);
      else if (problem.name !== 'AbortError') throw problem;
    }
  }

  function open() {
    const form = memberForm({
      oncancel: () => arrange(place, []),
      async onsave(values) {
        await post('/api/household/members', values);
        await read();
      },
    });
    arrange(place, [h('section.card.add-person', { 'aria-label': 'Add a person' }, h('h2', {}, 'Add a person'), form.element)]);
    form.focus();
  }

  if (maySee) read();
  else arrange(trouble, [notice('info', 'Who people are is shown to operators of the whole house only.')]);
  return {
    element,
    title: 'People',
    section: '/people',
    shown: () => scrollTo({ top: 0 }),
    stop: () => ending.abort(),
  };
}

function nobodyYet() {
  return emptiness(
    'person',
    'Nobody is known yet',
    h('p', {}, 'Add those who live here and those who come often. Then open an event that shows them and say who it is: from then on they are recognised, and their coming home worries nobody.'),
  );
}
