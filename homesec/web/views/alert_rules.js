// The rules of alerts, in words.

import { Problem, getPatiently } from '../http.js';
import { arrange, h } from '../dom.js';
import { icon } from '../icons.js';
import { levelWord } from '../levels.js';
import { emptiness, notice, problemWords } from '../parts.js';

export function alertRulesView({ live }) {
  const ending = new AbortController();
  const { signal } = ending;
  const trouble = h('div');
  const list = h('ul.rule-list');
  const element = h(
    'section.page',
    {},
    h('a.way-back', { href: '#/alerts' }, icon('back'), 'Alerts'),
    h(
      'div.page-head',
      {},
      h('h1', {}, 'Rules'),
      live.mayChange && h('a.button.primary', { href: '#/alerts/rules/new' }, 'New rule'),
    ),
    trouble,
    list,
  );

  async function read() {
    try {
      const onwait = (problem) => arrange(trouble, [notice('bad', problemWords(problem))]);
      const { items } = await getPatiently('/api/alert-rules', { signal, onwait });
      arrange(trouble, items.length ? [] : [emptiness('bell', 'There is no rule: nothing is told')]);
      arrange(list, items.map(row));
    } catch (problem) {
      if (problem instanceof Problem) arrange(trouble, [notice('bad', problemWords(problem))]);
      else if (problem.name !== 'AbortError') throw problem;
    }
  }

  function row(rule) {
    return h(
      'li.card.rule-row',
      {},
      h('a.rule-name', { href: `#/alerts/rules/${rule.id}` }, rule.name),
      h('p.soft.small', {}, inWords(rule, live.cameras)),
      !rule.enabled && h('span.chip', {}, 'Switched off'),
    );
  }

  read();
  return {
    element,
    title: 'Rules',
    section: '/alerts',
    shown: () => scrollTo({ top: 0 }),
    stop: () => ending.abort(),
  };
}

/** `High · score from 60 · person · Front door · 22:00 to 06:00`. */
export function inWords(rule, cameras) {
  const { conditions, schedule } = rule;
  return [
    levelWord(rule.severity),
    rule.risk_threshold !== null && `score from ${rule.risk_threshold}`,
    rule.object_types?.join(', '),
    rule.camera_ids?.map((id) => cameras.name(id)).join(', '),
    rule.zone_ids && (rule.zone_ids.length === 1 ? 'in one zone' : `in one of ${rule.zone_ids.length} zones`),
    conditions.identity?.join(', ').replace('not_trusted', 'nobody trusted'),
    conditions.dwell_seconds && `for ${conditions.dwell_seconds} s`,
    conditions.poses?.join(', ').replaceAll('_', ' '),
    conditions.actions?.join(', '),
    conditions.threats && `threat: ${conditions.threats.join(', ')}`,
    schedule && `${schedule.start} to ${schedule.end}${schedule.days.length ? ` (${schedule.days.join(', ')})` : ''}`,
  ]
    .filter(Boolean)
    .join(' · ');
}
