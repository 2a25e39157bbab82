// The score and why it is what it is: each piece of evidence with its weight, and how the score came to be.

import { arrange, h, setAttribute, setText } from '../dom.js';
import { LEVELS, levelWord } from '../levels.js';
import { time } from '../times.js';

const LEAST_SCALE = 1; // log-odds that fill half a bar at least: small weights look small

/** The score on its scale, the evidence and the revisions; `onpoint(detection id)` shows where evidence was seen. */
export function scoreView({ onpoint }) {
  const number = h('span.score-number');
  const word = h('span.score-word');
  const scale = h(
    'div.scale',
    { 'aria-hidden': 'true' },
    LEVELS.map((level) => h('span.scale-band', { 'data-level': level })),
    h('span.scale-pointer'),
  );
  const source = h('p.soft.small');
  const raised = h('ul.evidence');
  const revisions = h('ol.revisions');
  const element = h(
    'section.card.score',
    { 'aria-labelledby': 'score-title' },
    h('h2', { id: 'score-title' }, 'Risk'),
    h('p.score-line', {}, number, h('span.soft', {}, 'of 100'), word),
    scale,
    source,
    h('div.why', {}, h('h3', {}, 'Why'), h('span.soft.small', { 'aria-hidden': 'true' }, '← lowers · raises →')),
    raised,
    h('details.history', {}, h('summary', {}, 'How the score came to be'), revisions),
  );
  let shownEvidence = '';
  let shownRevisions = '';

  function update(event) {
    setText(number, String(event.risk_score));
    setText(word, levelWord(event.risk_level));
    setAttribute(element, 'data-level', event.risk_level);
    scale.style.setProperty('--score', event.risk_score);
    setText(
      source,
      event.risk_source === 'llm'
        ? 'From the evidence, adjusted by the language model.'
        : 'From the evidence below, and nothing else.',
    );
    const evidence = JSON.stringify([event.evidence, event.prior]);
    if (evidence !== shownEvidence) arrange(raised, evidenceList(event.evidence, onpoint));
    shownEvidence = evidence;
    const history = JSON.stringify(event.revisions);
    if (history !== shownRevisions) arrange(revisions, event.revisions.map(revision));
    shownRevisions = history;
  }

  return { element, update };
}

function evidenceList(evidence, onpoint) {
  if (!evidence.length) return [h('li.soft', {}, 'No evidence is stored.')];
  const most = Math.max(LEAST_SCALE, ...evidence.map(({ weight }) => Math.abs(weight)));
  return [...evidence].sort((one, other) => other.weight - one.weight).map((item) => evidenceItem(item, most, onpoint));
}

function evidenceItem({ text, weight, source, floor, ceiling }, most, onpoint) {
  const effect = weight > 0 ? 'raises' : weight < 0 ? 'lowers' : 'limits';
  const bar = h('span.bar', { 'aria-hidden': 'true' }, h('span.bar-fill'));
  bar.firstChild.style.setProperty('--part', Math.abs(weight) / most);
  const bound = [
    Number.isInteger(floor) && `The score is never below ${floor}.`,
    Number.isInteger(ceiling) && `The score is never above ${ceiling}.`,
  ]
    .filter(Boolean)
    .join(' ');
  const detection = /^detections:(\d+)$/.exec(source ?? '')?.[1];
  const words = detection
    ? h(
        'button.link',
        { type: 'button', title: 'Show it in the picture', onclick: () => onpoint(Number(detection)) },
        text,
      )
    : h('span', {}, text);
  return h(
    'li.evidence-item',
    { 'data-effect': effect },
    h(
      'p.evidence-words',
      {},
      words,
      h(
        'span.weight',
        { title: 'Weight in log-odds' },
        h('span.only-heard', {}, `${effect} the score by `),
        signed(weight),
      ),
    ),
    bar,
    bound && h('p.soft.small', {}, bound),
  );
}

function signed(weight) {
  if (weight === 0) return '0';
  return `${weight > 0 ? '+' : '−'}${Math.abs(weight).toFixed(2)}`;
}

function revision({ revision: number, cause, score, created_at: at }) {
  return h(
    'li',
    {},
    h('strong', {}, String(score)),
    h('span', {}, causeWords(cause)),
    h('span.soft', {}, `revision ${number}, `, time(at, 'clock')),
  );
}

const CAUSES = [
  [/^batch:1$/, () => 'at the first sight'],
  [/^batch:(\d+)$/, () => 'as more was seen'],
  [/^llm:/, () => 'the language model spoke'],
  [/^enrich:\d+:(.+)$/, (what) => `a closer look (${what})`],
  [/^feedback/, () => 'your feedback'],
  [/^reanalyze/, () => 'judged again'],
];

function causeWords(cause) {
  for (const [pattern, words] of CAUSES) {
    const match = pattern.exec(cause);
    if (match) return words(match[1]);
  }
  return cause;
}
