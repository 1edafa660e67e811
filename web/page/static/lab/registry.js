/** The lab's registries, in the page's own language. */

import { retold } from "../model/catalogue.js";
import { get, useLoad } from "./api.js";
import { newest, useLab } from "./lab.js";

const registries = new Map();

/** A registry (`modes`, `attacks`, `checks`, `verdicts`, `scenarios`): asked for once, they do not change while the lab runs. */
export function registry(name) {
  if (!registries.has(name)) {
    const list = get(`/api/${name}`).then((body) => retold(name, body[name]));
    list.catch(() => registries.delete(name));
    registries.set(name, list);
  }
  return registries.get(name);
}

/** A registry's list, empty until it is there. */
export function useRegistry(name) {
  const { epoch } = useLab();
  return useLoad(() => registry(name), [name, epoch]).data ?? [];
}

/** Sessions, the newest first: those that the page knows, and the latest of those that the lab keeps. */
export function useSessions() {
  const { epoch } = useLab();
  const kept = useLoad(() => get("/api/sessions?limit=100"), [epoch]);
  return [...newest(), ...(kept.data?.sessions ?? [])];
}
