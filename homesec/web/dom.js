// Elements from code. Text always becomes a text node: names of cameras and files are hostile and never parsed as HTML.

const SVG = 'http://www.w3.org/2000/svg';

/** Make an element: `h('a.row', {href: '#/', onclick: go}, 'text', node, null)`. */
export function h(spec, properties = {}, ...children) {
  const [tag, ...classes] = spec.split('.');
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(' ');
  return fill(element, properties, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') element.value = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter(keeps));
  return element;
}

function keeps(child) {
  return child !== null && child !== undefined && child !== false;
}

/** Change text only where it differs, so that nothing flickers and screen readers are not told twice. */
export function setText(element, text) {
  const value = text ?? '';
  if (element.textContent !== value) element.textContent = value;
}

/** Set or remove an attribute, only where it differs. */
export function setAttribute(element, name, value) {
  const wanted = value === null || value === undefined || value === false ? null : String(value === true ? '' : value);
  if (element.getAttribute(name) === wanted) return;
  if (wanted === null) element.removeAttribute(name);
  else element.setAttribute(name, wanted);
}

/** Make exactly these nodes the children, in this order, moving as few as possible: focus and pictures stay. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  let place = parent.firstChild;
  for (const node of nodes) {
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
  }
}

/** A picture that is swapped only once the new one has arrived, and that says so when there is none. */
export function picture(properties = {}) {
  const image = h('img', { decoding: 'async', alt: '', ...properties });
  image.addEventListener('error', () => image.classList.add('missing'));
  image.addEventListener('load', () => image.classList.remove('missing'));
  return image;
}

/** Show another picture without a blank moment in between; one that cannot be had leaves the old one, as `stale`. */
export function showPicture(image, source) {
  if (image.dataset.wanted === source) return;
  image.dataset.wanted = source ?? '';
  if (!source) {
    image.removeAttribute('src');
    image.classList.add('missing');
    return;
  }
  if (!image.getAttribute('src')) {
    image.src = source;
    return;
  }
  const next = new Image();
  const isWanted = () => image.dataset.wanted === source;
  next.addEventListener('load', () => {
    if (isWanted()) image.src = source;
    if (isWanted()) image.classList.remove('stale');
  });
  next.addEventListener('error', () => {
    if (isWanted()) image.classList.add('stale');
  });
  next.src = source;
}
