package paypalsim_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"hash/crc32"
	"strconv"
	"testing"
	"time"

	"till/scripts/localcloud/paypalsim"
)

func TestSignaturesHoldUnderTheCertificatesKey(t *testing.T) {
	a, err := paypalsim.NewAuthority(paypalsim.CertName)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(a.ChainPEM())
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key, is := cert.PublicKey.(*rsa.PublicKey)
	if !is || key.N.BitLen() != 2048 {
		t.Fatalf("the key is %T", cert.PublicKey)
	}
	for n := range 50 {
		body := []byte("event " + strconv.Itoa(n))
		header := a.Sign("https://certs.example/1", "t-1", "wh-1", time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), body)
		signature, err := base64.StdEncoding.DecodeString(header.Get("Paypal-Transmission-Sig"))
		if err != nil {
			t.Fatal(err)
		}
		signed := func(text string) error {
			digest := sha256.Sum256([]byte("t-1|" + header.Get("Paypal-Transmission-Time") + "|wh-1|" + text))
			return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature)
		}
		if err := signed(strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)); err != nil {
			t.Fatal(err)
		}
		if signed("0") == nil {
			t.Fatal("it holds for another body")
		}
	}
}
