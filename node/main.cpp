#include "node/cli/app.hpp"

int main(int argc, char** argv) { return tracseq::cli::run(argc, argv); }
