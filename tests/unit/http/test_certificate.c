/* When a certificate ends. */
#include "certificate.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of worker.example; its key was thrown away. */
static const char certificate[] = "-----BEGIN CERTIFICATE-----\n"
                                  "MIIBhzCCAS2gAwIBAgIUbnYaq4eXjHNmgfJj4mTpRkCN/I4wCgYIKoZIzj0EAwIw\n"
                                  "GTEXMBUGA1UEAwwOd29ya2VyLmV4YW1wbGUwHhcNMjYxMTI5MTMxNDA0WhcNMjYx\n"
                                  "MjI5MTMxNDA0WjAZMRcwFQYDVQQDDA53b3JrZXIuZXhhbXBsZTBZMBMGByqGSM49\n"
                                  "AgEGCCqGSM49AwEHA0IABNFPHooRltaz5Gfhc6wSfzEgXyDt7l5yS9pcacQNPNLF\n"
                                  "luhSh3h14gVc/kglqtyccIV+08UsclmjMwmfOqlWy4WjUzBRMB0GA1UdDgQWBBQF\n"
                                  "H7pYN75whTjOTAcxtqSm7d15qTAfBgNVHSMEGDAWgBQFH7pYN75whTjOTAcxtqSm\n"
                                  "7d15qTAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIEE8vuhLQ2xP\n"
                                  "q8PixtKV3QdT+TuKMgCwZmO8wJ7AsNmSAiEA69/myVWMn3b4jQMLAXTaxrv0uAzY\n"
                                  "LEj4QX6LhAvZDI0=\n"
                                  "-----END CERTIFICATE-----\n";

static bool end_of(const char *text, int64_t *end_s, struct fault *why)
{
    char path[] = "/tmp/whc-certificate-XXXXXX";
    int file = mkstemp(path);

    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text))
        abort();
    close(file);
    bool known = certificate_end(path, end_s, why);
    unlink(path);
    return known;
}

static void ends(void)
{
    char chain[4096];
    int64_t end_s = 0;
    struct fault why;

    CU_ASSERT(end_of(certificate, &end_s, &why));
    CU_ASSERT_EQUAL(end_s, 1798550044);
    snprintf(chain, sizeof chain, "a comment\n%s-----BEGIN CERTIFICATE-----\nnone\n", certificate);
    CU_ASSERT(end_of(chain, &end_s, &why)); /* the first one is ours */
    CU_ASSERT_FALSE(end_of("no certificate\n", &end_s, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "no certificate in PEM"));
    CU_ASSERT_FALSE(certificate_end("/nowhere/there", &end_s, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "'/nowhere/there' cannot be read"));
}

CU_TestInfo test_certificate[] = {{"ends", ends}, CU_TEST_INFO_NULL};
