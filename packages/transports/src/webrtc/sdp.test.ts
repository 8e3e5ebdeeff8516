import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultRtcLimits } from './rtc-limits.js'
import { writeAnswer } from './sdp-answer.js'
import { readOffer } from './sdp-offer.js'

const transport = [
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789012345678901',
  'a=fingerprint:sha-256 00:11',
  'a=setup:actpass',
]
const head = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1 2']
const video = ['m=video 9 UDP/TLS/RTP/SAVPF 97', ...transport, 'a=mid:0', 'a=rtpmap:97 VP8/90000']
const data = ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', ...transport, 'a=mid:2', 'a=sctp-port:5000']
const audio = (types: string, ...lines: string[]) => [
  `m=audio 9 UDP/TLS/RTP/SAVPF ${types}`,
  ...transport,
  'a=mid:1',
  ...lines,
]
const opusLines = [
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:0 PCMU/8000',
]
const sdpOf = (...parts: string[][]) => `${[...head, ...parts.flat()].join('\r\n')}\r\n`
const read = (sdp: string) => readOffer(sdp, defaultRtcLimits)

describe('an SDP offer', () => {
  it('has Opus taken wherever it stands, else the first of PCMU and PCMA, with or without a map', () => {
    expect(read(sdpOf(audio('0 111', ...opusLines))).audio?.codec).toEqual({
      name: 'opus',
      payloadType: 111,
      usesFec: true,
    })
    expect(read(sdpOf(audio('8 0'))).audio?.codec).toMatchObject({ name: 'PCMA', payloadType: 8 })
    expect(read(sdpOf(audio('110 0', 'a=rtpmap:0 PCMU/8000/1'))).audio?.codec.name).toBe('PCMU')
    expect(() => read(sdpOf(audio('9', 'a=rtpmap:9 G722/8000')))).toThrow(/Opus, PCMU and PCMA/)
  })

  it('is cut to what is answered: no video, no names to look up, no TCP, and candidates up to the limit', () => {
    const candidates = [
      'a=candidate:1 1 udp 1 a-name.local 5000 typ host',
      'a=candidate:2 1 tcp 1 192.0.2.7 9 typ host',
      ...Array.from({ length: 50 }, (_, i) => `a=candidate:3 1 udp 1 192.0.2.7 ${5_000 + i} typ host`),
    ]
    const {
      takenSdp,
      candidates: found,
      hasData,
      audio: taken,
    } = read(sdpOf(video, audio('111', ...opusLines, ...candidates), data))
    expect(takenSdp).not.toMatch(/video|local|tcp/)
    expect(takenSdp).toContain('a=group:BUNDLE 1 2\r\n')
    expect(takenSdp).not.toMatch(/a=candidate/)
    expect(found).toHaveLength(defaultRtcLimits.offerCandidates)
    expect(found[1]).toEqual({ candidate: 'candidate:3 1 udp 1 192.0.2.7 5001 typ host', mid: '1' })
    expect(hasData).toBe(true)
    expect(taken).toMatchObject({ mid: '1', direction: 'sendrecv' })
  })

  it.each([
    ['without ICE', sdpOf(['m=audio 9 UDP/TLS/RTP/SAVPF 0', 'a=mid:1']), /ice-ufrag/],
    ['of video alone', sdpOf(video), /neither audio nor a data channel/],
    ['without encryption', sdpOf(['m=audio 9 RTP/AVP 0', ...transport]), /neither/],
    [
      'with one name twice',
      sdpOf(audio('0'), ['m=audio 9 UDP/TLS/RTP/SAVPF 0', ...transport, 'a=mid:1']),
      /same/,
    ],
    ['of too many sections', sdpOf(...Array.from({ length: 17 }, () => video)), /media sections/],
    ['with a broken line', sdpOf(audio('0', 'hello')), /form/],
  ])('%s is refused in words', (_, sdp, words) => {
    expect(() => read(sdp)).toThrow(expect.objectContaining({ code: 'bad_message' }))
    expect(() => read(sdp)).toThrow(words)
  })

  it('of any text is taken or refused, never an error of ours', () => {
    const lines = sdpOf(video, audio('0 111', ...opusLines), data).split('\r\n')
    const line = fc.oneof(
      fc.constantFrom(...lines),
      fc.string(),
      fc.string().map(text => `a=${text}`),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), some => {
        try {
          read(['v=0', ...some].join('\n'))
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'bad_message' })
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('an SDP answer', () => {
  const answer = sdpOf(
    ['m=audio 5000 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 10.0.0.5', 'a=mid:1'],
    [
      'm=application 5000 UDP/DTLS/SCTP webrtc-datachannel',
      'a=mid:2',
      'a=candidate:1 1 UDP 9 10.0.0.5 5000 typ host',
      'a=candidate:2 1 UDP 8 172.17.0.1 5000 typ host',
      'a=candidate:3 1 UDP 7 fd00::2 5000 typ host',
    ],
  )

  it('has as many sections as the offer, the refused ones with port 0', () => {
    const offer = read(sdpOf(video, audio('111', ...opusLines), data))
    const media = writeAnswer(answer, offer, {}).match(/^m=.*|^a=mid:.*/gm)
    expect(media).toEqual([
      'm=video 0 UDP/TLS/RTP/SAVPF 97',
      'a=mid:0',
      'm=audio 5000 UDP/TLS/RTP/SAVPF 111',
      'a=mid:1',
      'm=application 5000 UDP/DTLS/SCTP webrtc-datachannel',
      'a=mid:2',
    ])
  })

  it('tells the advertised address once for a port, and none of the machine’s own', () => {
    const offer = read(sdpOf(audio('111', ...opusLines), data))
    const told = writeAnswer(answer, offer, { advertisedAddress: '203.0.113.9' })
    expect(told).not.toMatch(/10\.0\.0\.5|172\.17/)
    expect(told.match(/203\.0\.113\.9 5000 typ host/g)).toHaveLength(1)
    expect(told).toContain('fd00::2')
  })
})
