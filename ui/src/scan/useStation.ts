import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { api, unwrap } from '~/api/client'
import { asProblem } from '~/api/problem'
import { mapQuery } from '~/storage/api'
import { readCard, type Command, type StationVerb } from './cards'
import { ScanQueue, type ScanItem, type Tell } from './queue'
import { compensation, sendScan } from './send'
import { beep } from './sound'
import { brokenWords } from './useScanner'
import { chooseVerb, chosenSlot, freeSlot, giveSlot, leaveBox, needsBox, openBox, start, type Station } from './station'

export interface Said {
  tone: 'done' | 'refused' | 'asks' | 'calm'
  words: string
  expected?: string
  found?: string
}

// One queue for the page's life: a second one would write over what the first keeps. Who shows the station hears it.
const deaf: Tell = () => undefined
let hear = deaf
let made: ScanQueue | undefined
const theQueue = () => (made ??= new ScanQueue(sendScan, (item) => hear(item)))

/** The scan station: what a scan does now, what was said last, and the queue behind it. */
export function useStation(purpose: string, loud: boolean) {
  const cache = useQueryClient()
  const [station, setStation] = useState<Station>(start)
  const [said, setSaid] = useState<Said | null>(null)
  /** A scan that was to be undone before the server had answered it. */
  const undoWanted = useRef('')
  const now = useRef({ station, loud, purpose })
  now.current = { station, loud, purpose }
  const move = (next: Station) => {
    // Kept at once: the next scan may come before React has drawn this one.
    now.current.station = next
    setStation(next)
  }
  const say = (next: Said) => {
    setSaid(next)
    if (next.tone !== 'calm' && now.current.loud) beep(next.tone)
  }
  const undoLatest = useRef<(item: ScanItem) => void>(() => undefined)
  const queue = theQueue()
  const items = useSyncExternalStore(queue.subscribe, queue.all)
  useEffect(() => {
    hear = (item) => {
      const { status, words, expected, found, slot, unit } = item
      say({ tone: status === 'asks' ? 'asks' : status === 'refused' ? 'refused' : 'done', words, expected, found })
      if (status !== 'done' && slot && unit) move(freeSlot(now.current.station, unit, slot))
      if (status === 'done' && item.key === undoWanted.current) undoLatest.current(item)
    }
    const again = () => void queue.run()
    again()
    window.addEventListener('online', again)
    return () => {
      window.removeEventListener('online', again)
      hear = deaf
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what it calls speaks through refs alone
  }, [queue])

  const scanBox = async (label: string) => {
    try {
      const named = await unwrap(api.GET('/barcodes/{label_path}', { params: { path: { label_path: label } } }))
      if (named.kind !== 'storage_unit') return say({ tone: 'refused', words: `${label} is a ${named.kind.replace('_', ' ')}. Scan the box first.` })
      const map = await cache.fetchQuery({ ...mapQuery(named.id), staleTime: 0 })
      const grid = map.rows > 0 ? { rows: map.rows, columns: map.columns } : null
      move(openBox(now.current.station, { id: named.id, name: map.unit.name, grid, taken: map.slots.map((slot) => slot.slot) }))
      say({ tone: 'done', words: `${map.unit.name} is open.` })
    } catch (error) {
      const problem = asProblem(error)
      if (problem.status !== 0) return say({ tone: 'refused', words: problem.status === 404 ? `Nothing in the lab carries the label ${label}.` : problem.message })
      move(openBox(now.current.station, { id: label, name: label, grid: null, taken: [] }))
      say({ tone: 'asks', words: `No connection: ${label} is taken for a box. The server checks it later.` })
    }
  }
  const scanTube = (label: string) => {
    const { verb, box, slot: next } = now.current.station
    const twice = queue.all().slice(-3).find((item) => item.label === label && item.verb === verb && item.unit === box?.id && Date.now() - item.at < 3000)
    if (twice) return say({ tone: 'calm', words: `${label} was scanned just now.` })
    if (verb === 'place' && box?.grid && !next) return say({ tone: 'refused', words: `${box.name} is full. Scan another box.` })
    if (verb === 'place') {
      const { slot, after } = giveSlot(now.current.station)
      move(after)
      queue.add({ verb, label, unit: box?.id, unit_name: box?.name, ...(slot ? { slot } : {}) })
    } else if (verb === 'check') queue.add({ verb, label, unit: box?.id, unit_name: box?.name })
    else queue.add({ verb, label, ...(verb === 'take-out' ? { purpose: now.current.purpose } : {}) })
  }
  const command = (which: Command) => {
    const asked = queue.all().findLast((item) => item.status === 'asks')
    if (which === 'confirm') return asked ? queue.confirm(asked.key) : say({ tone: 'calm', words: 'There is no question to confirm.' })
    if (which === 'next') {
      if (asked) {
        queue.change(asked.key, { status: 'left', words: 'Left as it is.' })
        return say({ tone: 'calm', words: `${asked.name ?? asked.label} is left as it is.` })
      }
      move(leaveBox(now.current.station))
      return say({ tone: 'calm', words: 'Ready for the next one.' })
    }
    const latest = queue.all().findLast((item) => ['done', 'waiting'].includes(item.status) && !item.reason)
    if (latest?.status !== 'waiting') return undo(latest)
    undoWanted.current = latest.key
    say({ tone: 'calm', words: `${latest.label} is on its way, and is undone as soon as it is there.` })
  }
  const undo = (item: ScanItem | undefined) => {
    const back = item && compensation(item)
    if (!item || !back) return say({ tone: 'refused', words: item ? `“${item.words}” cannot be undone by scan.` : 'There is nothing to undo.' })
    queue.change(item.key, { status: 'undone' })
    if (item.slot && item.unit) move(freeSlot(now.current.station, item.unit, item.slot))
    queue.add(back)
  }
  undoLatest.current = undo
  const scan = (label: string) => {
    const card = readCard(label)
    if (card) return 'verb' in card ? choose(card.verb) : command(card.command)
    const slot = chosenSlot(now.current.station, label)
    if (slot) {
      move({ ...now.current.station, slot })
      return say({ tone: 'calm', words: `The next tube goes to ${slot}.` })
    }
    if (needsBox(now.current.station.verb) && !now.current.station.box) return void scanBox(label)
    scanTube(label)
  }
  const choose = (verb: StationVerb) => {
    move(chooseVerb(verb))
    setSaid(null)
  }
  const refuse = () => say({ tone: 'refused', words: brokenWords })
  return { station, said, items, scan, refuse, choose, command, undo, forget: () => queue.forget() }
}
