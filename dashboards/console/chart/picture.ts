/**
 * A picture of what a panel shows, with a heading that says what, where and when. The browser cannot photograph its page, so boxes, texts, canvases
 * and the shapes of drawings are painted again where they stand.
 */

export interface Heading {
  title: string;
  /** Below the title: range, site, time of export. */
  lines: readonly string[];
}

const margin = 16;
const scale = 2;
const titleLine = 26;
const otherLine = 19;

export function pictureOf(content: HTMLElement, { title, lines }: Heading): Promise<Blob> {
  const style = getComputedStyle(content);
  const head = margin + titleLine + lines.length * otherLine + 8;
  const canvas = document.createElement('canvas');
  const ctx = canvas.getContext('2d')!;
  const write = () => {
    ctx.fillStyle = style.color;
    ctx.textBaseline = 'middle';
    ctx.font = `600 18px ${style.fontFamily}`;
    ctx.fillText(title, margin, margin + titleLine / 2);
    ctx.font = `14px ${style.fontFamily}`;
    for (const [index, line] of lines.entries()) ctx.fillText(line, margin, margin + titleLine + (index + 0.5) * otherLine);
  };
  ctx.font = `600 18px ${style.fontFamily}`;
  const titleWidth = ctx.measureText(title).width;
  ctx.font = `14px ${style.fontFamily}`;
  const widest = Math.max(content.scrollWidth, titleWidth, ...lines.map((line) => ctx.measureText(line).width));
  canvas.width = (widest + 2 * margin) * scale;
  canvas.height = (head + content.scrollHeight + margin) * scale;
  ctx.scale(scale, scale);
  ctx.fillStyle = backgroundOf(content);
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  write();
  const box = content.getBoundingClientRect();
  ctx.translate(margin - box.left + content.scrollLeft, head - box.top + content.scrollTop);
  for (const child of content.childNodes) paint(ctx, child, style);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture is too large'))), 'image/png');
  });
}

const isSeen = (colour: string) => colour !== 'transparent' && !/(, 0\)|\/ 0\))$/.test(colour);

function backgroundOf(element: Element): string {
  for (let at: Element | null = element; at; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at);
    if (isSeen(backgroundColor)) return backgroundColor;
  }
  return '#fff';
}

function paint(ctx: CanvasRenderingContext2D, node: Node, above: CSSStyleDeclaration): void {
  if (node instanceof Text) paintText(ctx, node, above);
  if (!(node instanceof Element) || node.classList.contains('chart-tip')) return;
  const style = getComputedStyle(node);
  if (style.display === 'none' || style.visibility === 'hidden') return;
  ctx.save();
  ctx.globalAlpha *= Number(style.opacity);
  if (node instanceof SVGGraphicsElement && !(node instanceof SVGSVGElement)) paintShape(ctx, node, style);
  else paintBox(ctx, node, style);
  for (const child of node.childNodes) paint(ctx, child, style);
  ctx.restore();
}

function paintBox(ctx: CanvasRenderingContext2D, element: Element, style: CSSStyleDeclaration): void {
  const { left, top, width, height } = element.getBoundingClientRect();
  const shape = new Path2D();
  shape.roundRect(left, top, width, height, Math.min(Number.parseFloat(style.borderTopLeftRadius) || 0, height / 2));
  if (isSeen(style.backgroundColor)) {
    ctx.fillStyle = style.backgroundColor;
    ctx.fill(shape);
  }
  const border = Number.parseFloat(style.borderTopWidth);
  if (border > 0 && isSeen(style.borderTopColor)) {
    ctx.strokeStyle = style.borderTopColor;
    ctx.lineWidth = border;
    if (Number.parseFloat(style.borderBottomWidth) > 0) ctx.stroke(shape);
    else line(ctx, left, top, left + width);
  }
  if (style.overflowX !== 'visible') ctx.clip(shape);
  if (element instanceof HTMLCanvasElement && width > 0 && height > 0) ctx.drawImage(element, left, top, width, height);
}

function line(ctx: CanvasRenderingContext2D, left: number, y: number, right: number): void {
  ctx.beginPath();
  ctx.moveTo(left, y);
  ctx.lineTo(right, y);
  ctx.stroke();
}

/** Word by word, joined where they stand on one line. */
function paintText(ctx: CanvasRenderingContext2D, node: Text, style: CSSStyleDeclaration): void {
  if (node.data.trim() === '') return;
  // The shorthand is empty where figures have equal widths.
  ctx.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  ctx.textBaseline = 'middle';
  ctx.fillStyle = node.parentElement instanceof SVGElement ? style.fill : style.color;
  const range = document.createRange();
  for (const { index, 0: word } of node.data.matchAll(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const { left, top, height, width } = range.getBoundingClientRect();
    ctx.fillText(word, left, top + height / 2, width > 0 ? width + 1 : undefined);
  }
}

function paintShape(ctx: CanvasRenderingContext2D, element: SVGGraphicsElement, style: CSSStyleDeclaration): void {
  const shape = shapeOf(element);
  const place = element.getScreenCTM();
  if (!shape || !place) return;
  const placed = new Path2D();
  placed.addPath(shape, place);
  if (style.fill !== 'none' && isSeen(style.fill) && !(element instanceof SVGLineElement)) {
    ctx.fillStyle = style.fill;
    ctx.fill(placed);
  }
  if (style.stroke !== 'none' && isSeen(style.stroke)) {
    ctx.strokeStyle = style.stroke;
    ctx.lineWidth = Number.parseFloat(style.strokeWidth) || 1;
    ctx.stroke(placed);
  }
}

function shapeOf(element: SVGGraphicsElement): Path2D | undefined {
  const shape = new Path2D();
  if (element instanceof SVGRectElement) {
    shape.rect(element.x.baseVal.value, element.y.baseVal.value, element.width.baseVal.value, element.height.baseVal.value);
  } else if (element instanceof SVGLineElement) {
    shape.moveTo(element.x1.baseVal.value, element.y1.baseVal.value);
    shape.lineTo(element.x2.baseVal.value, element.y2.baseVal.value);
  } else if (element instanceof SVGPathElement) {
    return new Path2D(element.getAttribute('d') ?? '');
  } else if (element instanceof SVGPolylineElement || element instanceof SVGPolygonElement) {
    for (const { x, y } of element.points) shape.lineTo(x, y);
    if (element instanceof SVGPolygonElement) shape.closePath();
  } else return undefined;
  return shape;
}
