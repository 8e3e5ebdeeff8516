/** The microphones and loudspeakers there are, for menus. Labels are empty until the microphone was allowed once. */

export interface DeviceChoice {
  readonly id: string
  /** For people; empty where the browser does not tell yet. */
  readonly label: string
}

export interface DeviceList {
  readonly microphones: readonly DeviceChoice[]
  /** Empty where the browser does not tell them (Safari, Firefox). */
  readonly speakers: readonly DeviceChoice[]
}

export const noDevices: DeviceList = { microphones: [], speakers: [] }

type MediaDevicesLike = Pick<MediaDevices, 'enumerateDevices'>

/** Never rejects: without devices, or where the page may not know, the lists are empty. */
export async function listDevices(devices: MediaDevicesLike | undefined): Promise<DeviceList> {
  try {
    const all = (await devices?.enumerateDevices()) ?? []
    return { microphones: choicesOf(all, 'audioinput'), speakers: choicesOf(all, 'audiooutput') }
  } catch {
    return noDevices
  }
}

/** A device without an id is one that the page may not know yet. */
function choicesOf(all: readonly MediaDeviceInfo[], kind: MediaDeviceKind): DeviceChoice[] {
  return all
    .filter(device => device.kind === kind && device.deviceId !== '')
    .map(device => ({ id: device.deviceId, label: device.label }))
}
