/** How deep a body of the API may nest: ours need six. The parsers behind recurse, and sixty thousand brackets would overflow their stack. */
const deepest = 64;

/** True when the text opens more brackets within each other than anybody needs; brackets inside strings do not count. */
export function isTooDeep(json: string, limit = deepest): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case 0x22:
        for (at++; at < json.length && json.charCodeAt(at) !== 0x22; at++) if (json.charCodeAt(at) === 0x5c) at++;
        break;
      case 0x5b:
      case 0x7b:
        if (++depth > limit) return true;
        break;
      case 0x5d:
      case 0x7d:
        depth--;
    }
  }
  return false;
}
