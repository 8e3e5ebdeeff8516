/** A certificate for this machine, made anew by each run, so that none is kept in the repository. */
import { generateKeyPairSync, sign } from 'node:crypto'

const tlv = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  const size = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}
const hex = (text: string) => Buffer.from(text, 'hex')
const sequence = (...parts: readonly Buffer[]) => tlv(0x30, ...parts)
const oid = (text: string) => tlv(0x06, hex(text))

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
const commonName = sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from('localhost')))))
const years = sequence(tlv(0x17, Buffer.from('250101000000Z')), tlv(0x18, Buffer.from('21250101000000Z')))
const extensions = tlv(
  0xa3,
  sequence(
    sequence(
      oid('551d11'),
      tlv(0x04, sequence(tlv(0x82, Buffer.from('localhost')), tlv(0x87, hex('7f000001')))),
    ),
    sequence(oid('551d13'), tlv(0x04, sequence(tlv(0x01, hex('ff'))))),
  ),
)

/** Key and certificate of `localhost` and 127.0.0.1, as PEM. */
export function selfSigned(): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const about = sequence(
    tlv(0xa0, tlv(0x02, hex('02'))),
    tlv(0x02, hex('01')),
    ...[ecdsaWithSha256, commonName, years, commonName],
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions,
  )
  const signature = sign('sha256', about, privateKey)
  const der = sequence(about, ecdsaWithSha256, tlv(0x03, hex('00'), signature))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  }
}
