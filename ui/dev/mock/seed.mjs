// A small laboratory with a past.
export function seed(lab) {
  const freezer = lab.addUnit({ kind: 'freezer', name: 'Freezer 1', temperature: '-80', layout: { count: 5 } })
  const shelf = lab.addUnit({ kind: 'shelf', name: 'Shelf 1', parent: freezer.id, layout: { count: 4 } })
  const rack = lab.addUnit({ kind: 'rack', name: 'Rack A', parent: shelf.id, layout: { count: 25 } })
  const box = lab.addUnit({ kind: 'box', name: 'Cardio box 1', parent: rack.id, layout: { rows: 9, columns: 9 }, barcode: 'BOX-CARDIO-1' })
  const other = lab.addUnit({ kind: 'box', name: 'Metagenome box', parent: rack.id, layout: { rows: 10, columns: 10 }, barcode: 'BOX-META-1' })
  lab.addUnit({ kind: 'plate', name: 'Library plate 7', parent: shelf.id, layout: { rows: 16, columns: 24 }, barcode: 'PLATE-LIB-7' })
  lab.addUnit({ kind: 'freezer', name: 'Fridge by the bench', temperature: '4', layout: { count: 4 } })
  const projects = ['CARDIO-24', 'GUT-METAGENOME', 'RARE-DISEASE', 'WASTEWATER-26']
  const kinds = ['DNA', 'RNA', 'blood', 'plasma', 'environmental']
  for (let at = 0; at < 140; at++) {
    const project = projects[at % 4]
    const made = lab.register({ name: `${project.split('-')[0].toLowerCase()}-${String(at + 1).padStart(3, '0')}`, project, type: kinds[at % 5], organism: at % 4 === 1 ? 'human gut metagenome' : 'Homo sapiens', taxon_id: at % 4 === 1 ? 408170 : 9606, volume_ul: 20 + (at % 30), concentration_ng_per_ul: 12.5 + at, collected_at: '2026-10-12', collected_where: 'Uppsala, Sweden', requires_temperature: ['-80'] })
    if (at % 9 === 0) continue
    lab.sampleVerb(made.id, 'receive', { condition: 'frozen' })
    if (at % 23 === 5) { lab.sampleVerb(made.id, 'reject', { reason: 'Tube was cracked on arrival' }); continue }
    if (at % 7 === 0) continue
    lab.sampleVerb(made.id, 'accept', {})
    if (at % 5 !== 4 && at < 110) lab.sampleVerb(made.id, 'place', { unit: at % 2 ? box.id : other.id })
    if (at % 31 === 3) lab.sampleVerb(made.id, 'hold', { reason: 'Waiting for consent form' })
  }
  for (const [name, until] of [['Run 2026-46', 5], ['Run 2026-47', 3]]) {
    const run = lab.plan({ name, instrument: 'M00146', instrument_model: 'Illumina MiSeq', lanes: 1, flow_cell: '000000000-A2WDF', read_structure: '151T8B8B151T', project: 'CARDIO-24' })
    for (const sample of lab.all('sample').filter((one) => one.state === 'in_storage').slice(0, 6)) lab.runVerb(run.id, 'assign', { sample: sample.id, lane: 1, index_i7: 'ATTACTCG', index_i5: 'TATAGCCT' })
    for (const verb of ['validate', 'queue', 'start', 'complete'].slice(0, until - 1)) lab.runVerb(run.id, verb, verb === 'complete' ? { yield_gbases: 7.4, q30_percent: 91.2 } : {})
  }
}
