import { ParleyError } from '@parley/core'

/**
 * The text fields of a `multipart/form-data` body, by name. The platform's own parser does the work; the body is whole
 * and bounded by then. @throws ParleyError `bad_message`
 */
export async function readForm(body: Uint8Array, contentType: string): Promise<ReadonlyMap<string, string>> {
  try {
    const form = await new Response(body, { headers: { 'content-type': contentType } }).formData()
    const fields = [...form].map(async ([name, value]): Promise<[string, string]> => {
      return [name, typeof value === 'string' ? value : await value.text()]
    })
    return new Map(await Promise.all(fields))
  } catch (cause) {
    throw new ParleyError('bad_message', 'The body is no multipart/form-data with the boundary it names.', {
      cause,
    })
  }
}
