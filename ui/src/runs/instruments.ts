// Lanes of each model's usual flow cell; a run's own number of lanes may be changed in the form.
export const instrumentModels: { model: string; lanes: number }[] = [
  { model: 'Illumina MiSeq', lanes: 1 },
  { model: 'Illumina MiniSeq', lanes: 1 },
  { model: 'Illumina iSeq 100', lanes: 1 },
  { model: 'NextSeq 500', lanes: 4 },
  { model: 'NextSeq 550', lanes: 4 },
  { model: 'NextSeq 1000', lanes: 1 },
  { model: 'NextSeq 2000', lanes: 1 },
  { model: 'Illumina NovaSeq 6000', lanes: 2 },
  { model: 'Illumina NovaSeq X', lanes: 8 },
  { model: 'Illumina HiSeq 2500', lanes: 8 },
  { model: 'Illumina HiSeq 4000', lanes: 8 },
]
export const usualLanes = (model: string) => instrumentModels.find((one) => one.model === model)?.lanes ?? 1
