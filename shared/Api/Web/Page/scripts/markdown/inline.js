import { element, link, push } from "./nodes.js";

const MaxOpen = 16;
const MaxAddress = 2048;
const Plain = /[^\\`*_~[\]!h<\n]+/y;
const Address = /https?:\/\/[^\s<>"'`*|]+/y;
const Escapable = /[\\`*_~[\]#>|+.!-]/;
const Emphasis = { "*": ["em", "strong"], "_": ["em", "strong"], "~": [null, "del"] };

/**
 * Parses the text of one paragraph into nodes. With `growing`, the text is the end of a stream: open marks count as closed
 * at the end, so that half of "**bold**" shows as bold and no markers flicker.
 */
export const parseInline = (text, growing) => new InlineParser(text, growing).parse();

class InlineParser {
  #text;
  #growing;
  #at = 0;
  #absentTicks = new Set();
  #open = [{ mark: "", children: [] }];

  constructor(text, growing) {
    this.#text = text;
    this.#growing = growing;
  }

  parse() {
    while (this.#at < this.#text.length) this.#step();
    while (this.#open.length > 1) this.#unwindTop(this.#growing);
    return this.#open[0].children;
  }

  get #top() {
    return this.#open[this.#open.length - 1];
  }

  #add(node, length) {
    push(this.#top.children, node);
    this.#at += length;
  }

  #step() {
    const text = this.#text;
    Plain.lastIndex = this.#at;
    const plain = Plain.exec(text)?.[0];
    if (plain) return this.#add(plain, plain.length);
    const character = text[this.#at];
    switch (character) {
      case "\\": return this.#escape();
      case "`": return this.#code();
      case "*": case "_": case "~": return this.#emphasis(character);
      case "[": return this.#openBracket(1);
      case "!": return text[this.#at + 1] === "[" ? this.#openBracket(2) : this.#add("!", 1);
      case "]": return this.#closeBracket();
      case "h": case "<": return this.#address(character);
      default: return this.#lineBreak();
    }
  }

  #escape() {
    const next = this.#text[this.#at + 1];
    if (next !== undefined && Escapable.test(next)) this.#add(next, 2);
    else this.#add("\\", 1);
  }

  #lineBreak() {
    push(this.#top.children, element("br", []));
    this.#at++;
  }

  #code() {
    const text = this.#text;
    const ticks = runLength(text, this.#at, "`");
    const start = this.#at + ticks;
    let end = this.#absentTicks.has(ticks) ? -1 : start;
    while (end >= 0) {
      end = text.indexOf("`", end);
      if (end < 0) break;
      const found = runLength(text, end, "`");
      if (found === ticks) break;
      end += found;
    }
    if (end >= 0) {
      this.#add(element("code", [trimOne(text.slice(start, end))]), end + ticks - this.#at);
    } else if (this.#growing && ticks === 1) {
      if (start < text.length) this.#add(element("code", [text.slice(start)]), 0);
      this.#at = text.length;
    } else {
      this.#absentTicks.add(ticks);
      this.#add(text.slice(this.#at, start), ticks);
    }
  }

  #emphasis(character) {
    const text = this.#text;
    const length = runLength(text, this.#at, character);
    const before = text[this.#at - 1] ?? " ";
    const after = text[this.#at + length] ?? " ";
    const spaceBefore = /\s/.test(before);
    const spaceAfter = /\s/.test(after);
    const inWord = character === "_" && isWord(before) && isWord(after);
    const usable = length <= 3 && !inWord && !(character === "~" && length !== 2);
    let left = length;
    if (usable && !spaceBefore) {
      for (let size = this.#innermost(character, left); size > 0; size = this.#innermost(character, left)) {
        this.#closeEmphasis(character.repeat(size));
        left -= size;
      }
    }
    this.#at += length - left;
    if (left === 0) return;
    if (usable && !spaceAfter && this.#open.length < MaxOpen) {
      if (left >= 2) this.#open.push({ mark: character.repeat(2), children: [] });
      if (left % 2 === 1) this.#open.push({ mark: character, children: [] });
      this.#at += left;
    } else if (usable && this.#growing && this.#at + left === text.length) {
      this.#at += left;
    } else {
      this.#add(character.repeat(left), left);
    }
  }

  // The length of the innermost open mark of this character that a run of `limit` can close, or 0.
  #innermost(character, limit) {
    for (let i = this.#open.length - 1; i > 0; i--) {
      const { mark } = this.#open[i];
      if (mark[0] === character) return mark.length <= limit ? mark.length : 0;
    }
    return 0;
  }

  #closeEmphasis(mark) {
    while (this.#top.mark !== mark) this.#unwindTop(false);
    this.#unwindTop(true);
  }

  // Removes the innermost open mark and replaces it by its element, or by its text.
  #unwindTop(closed) {
    const { mark, children } = this.#open.pop();
    const tag = Emphasis[mark[0]]?.[mark.length - 1];
    if (closed && tag && children.length > 0) push(this.#top.children, element(tag, children));
    else for (const node of [mark, ...children]) push(this.#top.children, node);
  }

  #openBracket(length) {
    const mark = this.#text.substr(this.#at, length);
    if (this.#open.length >= MaxOpen || this.#inBracket()) return this.#add(mark, length);
    this.#open.push({ mark, children: [] });
    this.#at += length;
  }

  #inBracket() {
    return this.#open.some(({ mark }) => mark.endsWith("["));
  }

  #closeBracket() {
    if (!this.#inBracket()) return this.#add("]", 1);
    while (!this.#top.mark.endsWith("[")) this.#unwindTop(false);
    const destination = this.#destination();
    const node = destination && link(destination.address, this.#top.children);
    if (node) {
      this.#open.pop();
      return this.#add(node, destination.length + 1);
    }
    this.#unwindTop(false);
    this.#add("]", 1);
  }

  // "(address)" or "(address "title")" after a closing bracket.
  #destination() {
    const text = this.#text;
    if (text[this.#at + 1] !== "(") return null;
    const start = this.#at + 2;
    let depth = 1;
    for (let i = start; i < text.length && i < start + MaxAddress; i++) {
      if (text[i] === "\n") return null;
      if (text[i] === "(") depth++;
      if (text[i] === ")" && --depth === 0) return { address: text.slice(start, i).trim().split(/\s/, 1)[0], length: i - this.#at };
    }
    return null;
  }

  #address(character) {
    const wrapped = character === "<" ? 1 : 0;
    Address.lastIndex = this.#at + wrapped;
    const startsWord = wrapped || !isWord(this.#text[this.#at - 1] ?? " ");
    const found = startsWord && !this.#inBracket() ? Address.exec(this.#text)?.[0].slice(0, MaxAddress) : null;
    if (!found || (wrapped && this.#text[this.#at + 1 + found.length] !== ">")) return this.#add(character, 1);
    const address = wrapped ? found : withoutTrailingPunctuation(found);
    const node = link(address, [address]);
    if (node) this.#add(node, address.length + 2 * wrapped);
    else this.#add(character, 1);
  }
}

const isWord = (character) => /[\p{L}\p{N}_]/u.test(character);

const trimOne = (text) => (text.length > 2 && text.startsWith(" ") && text.endsWith(" ") ? text.slice(1, -1) : text);

function runLength(text, start, character) {
  let end = start;
  while (text[end] === character) end++;
  return end - start;
}

function withoutTrailingPunctuation(address) {
  let end = address.length;
  while (end > 0 && ".,;:!?)]}".includes(address[end - 1])) {
    if (address[end - 1] === ")" && address.slice(0, end).includes("(")) break;
    end--;
  }
  return address.slice(0, end);
}
