/* The table of DATA.md's addresses, and looking one up in it. */
#include "address_data.h"

#include "memory.h"

/* clang-format off */
const struct address addresses[] = {
    {"X05000253608", "Z00000005015", "ROBT", "ABDN", NULL, "Gold", "10", "Wellbrae Terrace", NULL,
     "AB15 7XY", "Aberdeen", "A00020150001", "57.1301", "-2.1402", "391500", "804300"},
    {"A00020150001", "Z00000005015", "Openreach", "ABDN", "NS", "Gold", "10", "Wellbrae Terrace", NULL,
     "AB15 7XY", "Aberdeen", "X05000253608", "57.1301", "-2.1402", "391500", "804300"},
    {"R00000000021", "Z00000005016", "ROBT", "ABDN", NULL, "Gold", NULL, "Wellbrae Terrace", "Riverside Tower",
     "AB15 7XY", "Aberdeen", NULL, "57.1302", "-2.1409", "391460", "804310"},
    {"X05000253701", "Z00000006001", "ROBT", "ABCN", NULL, "Gold", "1", "Sample Street", NULL,
     "AB10 1AU", "Aberdeen", "A00020150002", "57.1497", "-2.0943", "394300", "806400"},
    {"A00020150002", "Z00000006001", "Openreach", "ABCN", "NS", "Gold", "1", "Sample Street", NULL,
     "AB10 1AU", "Aberdeen", "X05000253701", "57.1497", "-2.0943", "394300", "806400"},
    {NULL, "Z00000006003", "Openreach", "ABCN", NULL, "Silver", "3", "Sample Street", NULL,
     "AB10 1AU", "Aberdeen", NULL, "57.1498", "-2.0944", "394294", "806411"},
    {"X05000253801", "Z00000007001", "ROBT", "LSBE", NULL, "Gold", "4", "Example Way", NULL,
     "LS11 8LQ", "Leeds", NULL, "53.7710", "-1.5570", "429300", "430800"},
    {"X05000253901", "Z00000008001", "ROBT", "CHEL", NULL, "Gold", "7", "Example Lane", NULL,
     "CM1 2EE", "Chelmsford", NULL, "51.7420", "0.4610", "569900", "207800"},
    {"X05000253951", "Z00000008051", "ROBT", "ABDN", NULL, "Non-Gold", "2", "Example Drive", NULL,
     "AB15 7YZ", "Aberdeen", NULL, "57.1310", "-2.1450", "391200", "804400"},
};
/* clang-format on */

const size_t address_count = COUNT_OF(addresses);
