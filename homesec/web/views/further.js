// What further models said about an event: each thing once, with how sure they were, and where it was seen.

import { Problem, get } from '../http.js';
import { arrange, h, setText } from '../dom.js';

const KINDS = ['Threat', 'Action', 'Pose', 'Face', 'Plate', 'Age and gender']; // in the order in which they matter

/** A card that stays away while nothing was said; `onpoint(detection id)` shows where. `read(event)` asks anew. */
export function furtherView({ id, signal, onpoint }) {
  const list = h('ul.said');
  const source = h('p.soft.small');
  const element = h(
    'section.card.further',
    { 'aria-labelledby': 'further-title', hidden: true },
    h('h2', { id: 'further-title' }, 'A closer look'),
    list,
    source,
  );
  let shown = '';
  let asked = 0;

  async function read() {
    asked += 1;
    const number = asked;
    try {
      const said = await get(`/api/events/${id}/enrichment`, { signal });
      if (number === asked) show(said);
    } catch (problem) {
      // what is shown stays; the next change of the event asks again
      if (!(problem instanceof Problem) && problem.name !== 'AbortError') throw problem;
    }
  }

  function show(said) {
    const lines = linesOf(said);
    const now = JSON.stringify(lines);
    if (now === shown) return;
    shown = now;
    element.hidden = !lines.length;
    const models = [...new Set(lines.flatMap((line) => line.models))].sort();
    arrange(
      list,
      lines.map((line) => item(line, onpoint)),
    );
    setText(source, `Said by ${models.join(', ')}.`);
  }

  return { element, read };
}

/** One line for each thing that was said: its kind and words, how often, how sure at most, and of which detection. */
function linesOf({ detections }) {
  const lines = new Map();
  const say = (kind, words, confidence, detection, model, isSuspicious = false) => {
    const key = `${kind}:${words}`;
    const line = lines.get(key) ?? { kind, words, confidence: 0, times: 0, detection, isSuspicious, models: [] };
    line.times += 1;
    if (confidence > line.confidence) Object.assign(line, { confidence, detection });
    if (!line.models.includes(model)) line.models.push(model);
    lines.set(key, line);
  };
  for (const { detection_id: at, pose, action, threats, faces, demographics, enrichment_data: more } of detections) {
    for (const threat of threats) say('Threat', threat.threat_type, threat.confidence, at, threat.model, true);
    if (action) say('Action', action.action, action.confidence, at, action.model, action.is_suspicious);
    if (pose) say('Pose', plain(pose.pose_class), pose.confidence, at, pose.model, pose.is_suspicious);
    for (const face of faces) say('Face', face.covered ? 'covered' : 'visible', face.quality, at, face.model, face.covered);
    if (more.plate) say('Plate', more.plate.text, more.plate.confidence, at, more.plate.model);
    if (demographics) {
      const words = `${demographics.age_range}, ${demographics.gender}`;
      say('Age and gender', words, demographics.age_confidence, at, demographics.model);
    }
  }
  const rank = (line) => KINDS.indexOf(line.kind);
  return [...lines.values()].sort((one, other) => rank(one) - rank(other) || other.confidence - one.confidence);
}

function item({ kind, words, confidence, times, detection, isSuspicious }, onpoint) {
  const sure = kind === 'Face' ? 'quality' : 'sure';
  return h(
    'li.said-item',
    { 'data-suspicious': isSuspicious },
    h('span.soft', {}, kind),
    h(
      'button.link',
      { type: 'button', title: 'Show it in the picture', onclick: () => onpoint(detection) },
      words,
    ),
    h('span.soft.small', {}, `${times > 1 ? `${times} times, ` : ''}${Math.round(confidence * 100)} % ${sure}`),
  );
}

function plain(name) {
  return name.replaceAll('_', ' ');
}
