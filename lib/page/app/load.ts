// Loads the page's documents: each is a script that pushes its file name and its content. So the page works from a disk, too,
// where a browser loads scripts and nothing else.
import type { IndexDocument } from '../documents.ts';
import type { Ref } from '../page-values.ts';

type Pushed = readonly [file: string, document: object];
type Waiting = { resolve(document: object): void; reject(problem: Error): void };

declare global {
  interface Window {
    sluice?: { push(pushed: Pushed): void } | Pushed[];
  }
}

const INDEX = 'index.js';
const known = new Map<string, Promise<object>>();
const waiting = new Map<string, Waiting>();
const listeners = new Set<(index: IndexDocument) => void>();
let newest: IndexDocument | undefined;

function take([file, document]: Pushed): void {
  if (file === INDEX) {
    const index = document as IndexDocument;
    if (index.writtenAt === newest?.writtenAt) return;
    newest = index;
    for (const listener of listeners) listener(index);
    return;
  }
  waiting.get(file)?.resolve(document);
  waiting.delete(file);
}

/** Takes what came before this ran, and everything that comes after it. */
export function start(): void {
  const early = Array.isArray(window.sluice) ? window.sluice : [];
  window.sluice = { push: take };
  for (const pushed of early) take(pushed);
  if (newest === undefined) {
    const index = embedded(INDEX);
    if (index) take([INDEX, index]);
  }
}

export function currentIndex(): IndexDocument | undefined {
  return newest;
}

/** Called for every newer index. Returns a function that ends that. */
export function onIndex(listener: (index: IndexDocument) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Looks whether there is a newer index. */
export function lookAgain(): void {
  if (embedded(INDEX) === undefined) addScript(`data/${INDEX}?${Date.now()}`);
}

/** Rejects where the file is gone: a newer index names another in its place. */
export function load<Document extends object>(ref: Ref<Document>): Promise<Document> {
  const found = known.get(ref) ?? fetched(ref);
  known.set(ref, found);
  return found as Promise<Document>;
}

function fetched(file: string): Promise<object> {
  const inPage = embedded(file);
  if (inPage) return Promise.resolve(inPage);
  return new Promise((resolve, reject) => {
    waiting.set(file, { resolve, reject });
    addScript(`data/${file}`, () => {
      waiting.delete(file);
      known.delete(file);
      reject(new Error('This part of the page was rewritten, or cannot be loaded.'));
    });
  });
}

/** In a page that is one file, the documents stand in it. */
function embedded(file: string): object | undefined {
  const element = document.querySelector(`script[type="application/json"][data-file="${CSS.escape(file)}"]`);
  return element === null ? undefined : (JSON.parse(element.textContent ?? '') as object);
}

/** Also loads the parts of the program that few views need. */
export function addScript(src: string, failed: () => void = () => {}, loaded: () => void = () => {}): void {
  const script = document.createElement('script');
  script.src = src;
  script.onload = () => {
    script.remove();
    loaded();
  };
  script.onerror = () => {
    script.remove();
    failed();
  };
  document.head.append(script);
}
