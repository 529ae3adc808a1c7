const LONGEST = 40
const MOST = 10_000
const byText = new Map<string, string>()

/** One string for all that say the same: names of fields, actions and roles occur in every file. */
export function shared(text: string): string {
  if (text.length > LONGEST) return text
  const first = byText.get(text)
  if (first !== undefined) return first
  if (byText.size >= MOST) byText.clear()
  // A longer text that was cut out of a file would keep all of the file.
  const copy = text.length < SHORTEST_CUT ? text : [...text].join('')
  byText.set(copy, copy)
  return copy
}

const SHORTEST_CUT = 13
