#include "projections/activity.hpp"
#include "projections/barcodes.hpp"
#include "projections/command_ids.hpp"
#include "projections/imports.hpp"
#include "projections/inbox.hpp"
#include "projections/journal.hpp"
#include "projections/relocations.hpp"
#include "projections/runs.hpp"
#include "projections/samples.hpp"
#include "projections/search.hpp"
#include "projections/storage.hpp"

namespace tracseq {

projection_list all_projections() {
  return {
      std::make_shared<journal_projection>(),   std::make_shared<command_ids_projection>(),
      std::make_shared<samples_projection>(),   std::make_shared<storage_projection>(),
      std::make_shared<runs_projection>(),      std::make_shared<barcodes_projection>(),
      std::make_shared<search_projection>(),    std::make_shared<imports_projection>(),
      std::make_shared<relocations_projection>(), std::make_shared<inbox_projection>(),
      std::make_shared<activity_projection>(),
  };
}

}  // namespace tracseq
