// Whether what the wall shows still holds. A rule without a clock or a page of its own: all that it knows is handed in.

export const SILENT = 20_000; // without a word from the server; it beats every ten seconds, and with every beat of the watcher
export const UNWATCHED = 25_000; // without a beat of the watcher, which beats every two seconds
export const UNDRAWN = 20_000; // since the server last could draw this page

// now, heard, troubledSince: this machine's own monotonic milliseconds. beatAt: the server's time as of `heard`;
// watcherAt: the watcher's last beat, in the server's time. Times may be null: never. The answer's `since` is a moment in
// the server's time: the last truth.
export function judge({ now, heard, beatAt, watcherAt, troubledSince, ended }) {
  if (ended) return { state: "ended", since: beatAt };
  if (heard === null) return { state: "starting", since: null };
  if (now - heard > SILENT) return { state: "lost", since: beatAt };
  if (watcherAt === null) return { state: "unwatched", since: null };
  if (beatAt + (now - heard) - watcherAt > UNWATCHED) return { state: "unwatched", since: watcherAt };
  if (troubledSince !== null && now - troubledSince > UNDRAWN) return { state: "undrawn", since: beatAt - (heard - troubledSince) };
  return { state: "live", since: null };
}

export const WORDS = {
  starting: ["Connecting …", "Nothing is shown until Pane is heard."],
  lost: ["SIGNAL LOST", "This screen does not hear Pane: its server, or the network between."],
  unwatched: ["SIGNAL LOST", "Pane is there, but its watcher has stopped: nobody looks at the clusters."],
  undrawn: ["SIGNAL LOST", "Pane is there, but cannot draw this wall; its log says why."],
  ended: ["SCREEN ENDED", "Whoever opened this wall may not see it any more. Sign in again, or ask for a new code."],
};
