import type { PolicyMetadata } from '../document.ts'
import type { Fields } from './fields.ts'

/** Free data about a policy; stores overwrite what is about the store itself. */
export function readMetadata(fields: Fields): PolicyMetadata {
  fields.wholeNumber('hash')
  // Cerbos's own spelling, deprecated in favour of the second one.
  fields.text('storeIdentifer')
  fields.text('storeIdentifier')
  return {
    sourceFile: fields.text('sourceFile'),
    annotations: fields.textMap('annotations'),
    sourceAttributes:
      fields.message('sourceAttributes', (source) => source.jsonMap('attributes')) ?? [],
  }
}
